namespace Relay.Protocols.Hocuspocus;

/// <summary>Whose turn it is.</summary>
public sealed class TurnQueueTests
{
    private readonly TurnQueue<Turn> queue = new();

    [Fact]
    public void One_turn_is_under_way_and_the_others_follow_in_their_order()
    {
        Assert.True(queue.TryBegin(new Turn("a")));
        Assert.False(queue.TryBegin(new Turn("b")));
        Assert.False(queue.TryBegin(new Turn("c")));
        Assert.Equal(["a→b", "b→c", "c→"], TakeAll());
        Assert.True(queue.TryBegin(new Turn("d")));
    }

    [Fact]
    public void A_turn_that_ends_at_once_leaves_the_queue_free()
    {
        Assert.True(queue.TryBegin(new Turn("a")));
        Assert.True(queue.TryEnd());
        Assert.True(queue.TryBegin(new Turn("b")));
    }

    [Fact]
    public void A_turn_that_ends_at_once_is_not_given_as_done_where_others_came_meanwhile()
    {
        Assert.True(queue.TryBegin(new Turn("a")));
        Assert.False(queue.TryBegin(new Turn("b")));
        Assert.False(queue.TryEnd());

        // Until the next one is taken, others wait behind it.
        Assert.False(queue.TryBegin(new Turn("c")));
        Assert.Equal(["→b", "b→c", "c→"], TakeAll());
    }

    [Fact]
    public void Turns_that_are_over_are_left_out()
    {
        var over = new Turn("over") { Fate = new Fate { IsOver = true } };
        Assert.True(queue.TryBegin(new Turn("a")));
        Assert.False(queue.TryBegin(over));
        Assert.False(queue.TryBegin(new Turn("b")));
        Assert.False(queue.TryBegin(over));
        Assert.Equal(["a→b", "b→"], TakeAll());
    }

    [Fact]
    public void When_most_turns_are_over_they_go_and_the_others_keep_their_order()
    {
        var fates = Enumerable.Range(0, 10).Select(_ => new Fate()).ToList();
        queue.TryBegin(new Turn("first"));
        for (var i = 0; i < fates.Count; i++)
        {
            queue.TryBegin(new Turn($"{i}") { Fate = fates[i] });
        }

        foreach (var fate in fates.Where((_, i) => i % 3 != 0))
        {
            fate.IsOver = true;
            queue.CountOver();
        }

        // Six of ten are over: the sixth one to say so made all of them go, which is the last time they were asked.
        Assert.All(fates, fate => Assert.Equal(1, fate.Asked));
        Assert.Equal(["first→0", "0→3", "3→6", "6→9", "9→"], TakeAll());
        Assert.All(fates, fate => Assert.Equal(fate.IsOver ? 1 : 2, fate.Asked));
    }

    private List<string> TakeAll()
    {
        var taken = new List<string>();
        var more = true;
        while (more)
        {
            more = queue.TryNext(out var done, out var next);
            taken.Add($"{done.Name}→{next.Name}");
        }

        return taken;
    }

    private sealed class Fate
    {
        public bool IsOver { get; set; }

        public int Asked { get; set; }
    }

    private readonly record struct Turn(string Name) : ITurn
    {
        public Fate? Fate { get; init; }

        public bool IsOver
        {
            get
            {
                if (Fate is not null)
                {
                    Fate.Asked++;
                }

                return Fate is { IsOver: true };
            }
        }
    }
}
