using Relay.Sockets.WebSockets;

namespace Relay.Sockets;

/// <summary>Looks at all sockets of a node, a share of them at a time.</summary>
public sealed class SlicedRoundsTests
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private readonly FakeTimeProvider time = new();
    private readonly List<object> looked = [];

    [Fact]
    public void Each_item_is_looked_at_once_in_a_period_and_few_at_a_time()
    {
        using var rounds = New(Period);
        var items = Add(rounds, 2000);
        var most = 0;
        for (var passed = TimeSpan.Zero; passed < Period; passed += Period / 20)
        {
            var before = looked.Count;
            time.Advance(Period / 20);
            most = Math.Max(most, looked.Count - before);
        }

        Assert.Equal(2000, looked.Distinct().Count());
        Assert.Equal(2000, looked.Count);
        Assert.InRange(most, 1, 400);
        rounds.Remove(items[0]);
        time.Advance(Period);
        Assert.Equal(3999, looked.Count);
    }

    [Fact]
    public void A_short_period_is_one_look()
    {
        using var rounds = New(TimeSpan.FromMilliseconds(20));
        Add(rounds, 100);
        time.Advance(TimeSpan.FromMilliseconds(19));
        Assert.Empty(looked);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(100, looked.Count);
    }

    private static object[] Add(SlicedRounds<object> rounds, int count)
    {
        var items = Enumerable.Range(0, count).Select(_ => new object()).ToArray();
        Array.ForEach(items, rounds.Add);
        return items;
    }

    private SlicedRounds<object> New(TimeSpan period) => new(period, time, looked.Add);
}
