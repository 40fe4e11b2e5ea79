namespace Relay.Yjs.Costs;

/// <summary>
/// Lists of clients without structs and without delete ranges say nothing. They are read once, by the node that they
/// come to, and neither logged nor sent to anybody.
/// </summary>
public sealed class EmptyListsTests
{
    private const ulong Writer = 77;

    /// <summary>What one struct and one delete range cost to decode, compare and apply.</summary>
    private const long MostSteps = 100;

    /// <summary>Fewer lists than are kept of an update, and more.</summary>
    public static TheoryData<int> Counts => [1, 1_000, 2 * DecodedUpdate.MostKept];

    [Theory]
    [MemberData(nameof(Counts))]
    public void What_is_new_of_an_update_has_no_empty_lists(int count)
    {
        var document = new YDocument();
        Assert.True(
            document.TryGetNews(Update(count), long.MaxValue, out var news, out _, out _, out var error), $"{error}");
        Assert.Equal(Update(0), news.ToArray());

        var before = WorkMeter.Steps;
        Assert.True(document.TryApply(news, out _, out error), $"{error}");
        Assert.InRange(WorkMeter.Steps - before, 1, MostSteps);
        Assert.Equal(Update(0), document.EncodeState());
    }

    [Theory]
    [MemberData(nameof(Counts))]
    public void An_update_of_empty_lists_brings_no_news(int count)
    {
        var document = new YDocument();
        Assert.True(document.TryApply(Update(0), out _, out _));
        Assert.True(document.TryGetNews(Update(count), long.MaxValue, out var news, out var cost, out _, out _));
        Assert.True(news.IsEmpty && cost == default);
    }

    [Theory]
    [MemberData(nameof(Counts))]
    public void What_an_update_builds_on_is_found_without_its_empty_lists(int count)
    {
        var (update, withoutLists) = (Update(count), Update(0));
        var document = new YDocument();
        var before = WorkMeter.Steps;
        document.HasPastOf(withoutLists);
        var without = WorkMeter.Steps - before;

        // Where not all is kept, each list is read twice more, and looked at.
        before = WorkMeter.Steps;
        Assert.True(document.HasPastOf(update));
        var steps = WorkMeter.Steps - before - without;
        Assert.InRange(steps, 0, count > DecodedUpdate.MostKept ? 3L * count : 0);
    }

    /// <summary>A list of a client with a struct and a delete, and so many empty ones of other clients.</summary>
    private static byte[] Update(int empty)
    {
        var others = Enumerable.Range(1, empty).Select(i => Writer + (ulong)(empty - i + 1)).ToList();
        return Bytes.Update(
            [.. others.Select(id => new StructWriter(id, 0)), new StructWriter(Writer, 0).AddText("xy")],
            [.. others.Select(id => (id, new List<(long Clock, long Length)>())), (5, [(3, 1)])]);
    }
}
