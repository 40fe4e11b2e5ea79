
namespace Relay.Yjs.Costs;

/// <summary>
/// No message that a search for dear ones finds costs more to read than its size allows; <see cref="SearchLength"/>
/// says how long is searched.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class WireSearchTests(ITestOutputHelper output)
{
    /// <summary>In steps for each byte and each doubling of the bytes.</summary>
    private const double MostSteps = 1;

    /// <summary>In bytes for each byte.</summary>
    private const double MostMemory = 30;

    /// <summary>
    /// The same for y-websocket: many messages may stand in one frame, and one of a single byte takes 40 in a list.
    /// Just after the list has doubled, all of its arrays so far have room for four times what is in it. The number of
    /// messages is bounded.
    /// </summary>
    internal const int MostMemoryOfMany = 4 * 40;

    public static TheoryData<string> Works => [.. WireSearch.Works];

    [Theory]
    [MemberData(nameof(Works))]
    public void No_message_that_is_found_costs_more_than_its_size_allows(string work)
    {
        var mostMemory = work == "y-websocket" ? MostMemoryOfMany : MostMemory;
        foreach (var seed in SearchLength.Seeds())
        {
            var search = new WireSearch(new Random(seed), work);
            for (var i = 0; i < SearchLength.InputsPerSeed; i++)
            {
                search.Try();
            }

            var steps = $"RELAY_TEST_SEED={seed}: {work}: {search.Slowest.Cost:F2} steps: {search.Slowest.Input}";
            var memory = $"RELAY_TEST_SEED={seed}: {work}: {search.Largest.Cost:F2} bytes: {search.Largest.Input}";
            output.WriteLine(steps);
            output.WriteLine(memory);
            Assert.True(search.Slowest.Cost <= MostSteps, steps);
            Assert.True(search.Largest.Cost <= mostMemory, memory);
        }
    }
}
