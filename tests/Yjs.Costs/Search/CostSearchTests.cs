using System.Globalization;
using Xunit.Abstractions;

namespace Relay.Yjs.Costs;

/// <summary>
/// No input that a search for dear ones finds costs more than its size allows. <c>RELAY_TEST_COST_INPUTS</c> makes the
/// searches longer, <c>RELAY_TEST_SEED</c> replays one.
/// </summary>
public sealed class CostSearchTests(ITestOutputHelper output)
{
    private const int Inputs = 400;
    private const int InputsPerSearch = 400;

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
        int[] seeds = Read("RELAY_TEST_SEED") is { } seed ? [seed] : [.. Enumerable.Range(1, Math.Max(1,
            (Read("RELAY_TEST_COST_INPUTS") ?? Inputs) / InputsPerSearch))];
        foreach (var number in seeds)
        {
            var search = new CostSearch(new Random(number), work);
            for (var i = 0; i < InputsPerSearch; i++)
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

    private static int? Read(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text,
        CultureInfo.InvariantCulture) : null;
}
