
namespace Relay.Yjs.Costs;

/// <summary>
/// No input that a search for dear ones finds costs more than its size allows; <see cref="SearchLength"/> says how long
/// is searched.
/// </summary>
public sealed class CostSearchTests(ITestOutputHelper output)
{
    /// <summary>
    /// In steps for each byte and each doubling of the bytes. What grows with the square is far beyond it at the sizes
    /// that are tried.
    /// </summary>
    private const double Bound = 5;

    public static TheoryData<string> Works => [.. CostSearch.Works];

    [Theory]
    [MemberData(nameof(Works))]
    public void No_input_that_is_found_costs_more_than_its_size_allows(string work)
    {
        foreach (var number in SearchLength.Seeds())
        {
            var search = new CostSearch(new Random(number), work);
            for (var i = 0; i < SearchLength.InputsPerSeed; i++)
            {
                search.Try();
            }

            var found = search.Dearest;
            var text = $"RELAY_TEST_SEED={number}: {work} costs {found.Cost:F2} for {found.Bytes} bytes: "
                + string.Join("; ", found.Genome.Genes);
            output.WriteLine(text);
            Assert.True(found.Cost <= Bound, text);
        }
    }
}
