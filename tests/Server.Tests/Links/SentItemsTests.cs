using static Relay.Links.LinkSamples;

namespace Relay.Links;

public sealed class SentItemsTests
{
    [Fact]
    public void What_is_not_acknowledged_is_kept_and_fills_the_window()
    {
        var sent = new SentItems(1_000);
        Assert.Null(sent.OldestAt);
        sent.Add(1, [Message(1, 600)], at: 10);
        Assert.False(sent.IsFull);
        sent.Add(2, [Message(2, 600)], at: 20);
        Assert.True(sent.IsFull);
        Assert.Equal(10, sent.OldestAt);
        sent.Acknowledge(1);
        Assert.Equal((20, false), (sent.OldestAt, sent.IsFull));
        Assert.Equal(2, Assert.Single(sent.TakeAll()).Content.Span[0]);
        Assert.Null(sent.OldestAt);
    }
}
