namespace Relay.Sessions;

/// <summary>What changed since a look, told once.</summary>
public sealed class ChangedListTests
{
    private readonly DocumentTotals totals = new();
    private readonly List<RoomFigures> part = [];

    [Fact]
    public void A_look_takes_each_document_that_changed_once()
    {
        var (one, other, silent) = (New(), New(), New());
        one.BytesIn++;
        one.Updates++;
        other.Bytes = 5;
        Assert.Equal([one, other], Look().OrderByDescending(figures => figures == one));
        Assert.Empty(Look());
        other.BytesOut++;
        Assert.Equal([other], Look());
        Assert.Equal(0, silent.BytesIn);
    }

    [Fact]
    public void What_changes_during_a_look_is_for_the_next_one()
    {
        var all = Enumerable.Range(0, 10).Select(_ => New()).ToArray();
        Array.ForEach(all, figures => figures.Updates++);
        totals.Changed.BeginLook();
        totals.Changed.Take(part, 4);
        Assert.Equal(4, part.Count);
        var taken = part[0];
        taken.Updates++;
        totals.Changed.BeginLook();
        Assert.False(totals.Changed.IsLookOver);
        totals.Changed.Take(part, 100);
        Assert.Equal(6, part.Count);
        Assert.DoesNotContain(taken, part);
        Assert.True(totals.Changed.IsLookOver);
        Assert.Equal([taken], Look());
    }

    [Fact]
    public void Documents_whose_session_is_gone_are_not_kept_where_no_reader_looks()
    {
        var all = Enumerable.Range(0, 5000).Select(_ => New()).ToArray();
        Array.ForEach(all, figures => figures.Updates++);
        totals.Changed.BeginLook();
        totals.Changed.Take(part, 1);
        part[0].Updates++;
        Array.ForEach(all, figures => figures.Close());
        Assert.Equal(0, totals.Changed.Count);
        all[0].BytesOut++;
        Assert.Equal(0, totals.Changed.Count);
    }

    [Fact]
    public async Task No_change_is_lost_while_looks_are_taken()
    {
        var all = Enumerable.Range(0, 20).Select(_ => New()).ToArray();
        var writing = Task.WhenAll(all.Select(figures => Task.Run(() =>
        {
            for (var i = 0; i < 50_000; i++)
            {
                figures.Updates++;
            }
        })));
        var sums = new Dictionary<RoomFigures, long>();
        while (!writing.IsCompleted)
        {
            Add(Look());
        }

        await writing;
        Add(Look());
        Assert.All(all, figures => Assert.Equal(50_000, sums[figures]));

        void Add(List<RoomFigures> changed) =>
            changed.ForEach(
                figures => sums[figures] = sums.GetValueOrDefault(figures) + figures.SinceReport().Updates);
    }

    private RoomFigures New() => new(totals: totals);

    private List<RoomFigures> Look()
    {
        var all = new List<RoomFigures>();
        totals.Changed.BeginLook();
        do
        {
            totals.Changed.Take(part, 3);
            all.AddRange(part);
        }
        while (part.Count > 0);
        return all;
    }
}
