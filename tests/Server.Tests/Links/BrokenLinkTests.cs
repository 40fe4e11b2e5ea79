using static Relay.Links.LinkSamples;

namespace Relay.Links;

public sealed class BrokenLinkTests : IDisposable
{
    private readonly LinkedNodesFixture nodes = new();

    public void Dispose() => nodes.Dispose();

    [Fact]
    public async Task A_node_that_cannot_be_dialed_dials_itself()
    {
        nodes.Two.CanBeDialed = false;
        await nodes.OpenAsync(nodes.One, nodes.Two);
        Assert.Empty(nodes.Two.Lines);
        nodes.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.NotEmpty(nodes.Two.Lines);
        await nodes.ThroughLinksAsync(() => nodes.One.ShowAsync(Presence((1, 1, "{}"))));
        Assert.Single(nodes.Two.Room.Changes);
    }

    [Fact]
    public async Task Presence_that_a_broken_link_may_have_lost_is_told_over_the_channel()
    {
        await nodes.OpenAsync(nodes.One, nodes.Two);
        nodes.One.Lines[0].IsMute = true;
        await nodes.ThroughLinksAsync(() => nodes.One.ShowAsync(Presence((1, 1, "{}"))));
        await nodes.One.ShowAsync(Presence((1, 2, "{}"), (2, 1, "null")));
        await nodes.One.SayAsync(1);
        Assert.Empty(nodes.Two.Room.Changes);
        nodes.One.Lines[0].Abort();
        await nodes.Two.Room.UntilAsync(heard => heard.Changes.Any());
        Assert.Equal(Presence((1, 2, "{}"), (2, 1, "null")), Assert.Single(nodes.Two.Room.Changes));
        Assert.Empty(nodes.Two.Room.Messages);
    }

    [Fact]
    public async Task A_link_on_which_no_answer_comes_is_broken_after_3_s()
    {
        await nodes.OpenAsync(nodes.One, nodes.Two);
        nodes.One.Lines[0].IsMute = true;
        await nodes.One.ShowAsync(Presence((1, 1, "{}")));
        for (var i = 0; i < 16; i++)
        {
            nodes.Time.Advance(TimeSpan.FromMilliseconds(250));
        }

        Assert.True(nodes.One.Lines[0].IsOver);
        Assert.Equal(Presence((1, 1, "{}")), Assert.Single(nodes.Two.Room.Changes));
        Assert.True(nodes.One.Lines.Count > 1);
        nodes.Time.Advance(TimeSpan.FromSeconds(1));
        await nodes.ThroughLinksAsync(() => nodes.One.ShowAsync(Presence((1, 2, "{}"))));
    }

    [Fact]
    public async Task A_node_that_missed_a_bye_is_told_when_it_sends_something()
    {
        await nodes.OpenAsync(nodes.One);
        var place = await nodes.Two.OpenAsync();
        nodes.One.Channel.NodeEnded(0);
        nodes.All.Remove(nodes.One);
        await place.DisposeAsync();
        nodes.All.Add(nodes.One);
        await nodes.One.ShowAsync(Presence((1, 1, "{}")));
        nodes.Time.Advance(TimeSpan.FromMilliseconds(20));
        var sent = nodes.One.Lines[0].Sent.Count;
        await nodes.ThroughLinksAsync(() => nodes.One.ShowAsync(Presence((1, 2, "{}"))));
        nodes.Time.Advance(TimeSpan.FromMilliseconds(20));
        Assert.Equal(sent, nodes.One.Lines[0].Sent.Count);
        await nodes.Two.OpenAsync();
        await nodes.ThroughLinksAsync(() => nodes.One.ShowAsync(Presence((1, 3, "{}"))));
        nodes.Time.Advance(TimeSpan.FromMilliseconds(20));
        Assert.Single(nodes.Two.Room.Changes);
    }

    [Fact]
    public async Task A_node_that_ended_holds_nothing_and_one_that_returns_says_so()
    {
        await nodes.OpenAsync(nodes.One, nodes.Two);
        nodes.One.Channel.NodeEnded(nodes.Two.Id);
        Assert.True(nodes.One.Lines[0].IsOver);
        await nodes.ThroughLinksAsync(() => nodes.One.ShowAsync(Presence((1, 1, "{}"))));
        Assert.Empty(nodes.Two.Room.Changes);
        nodes.Time.Advance(TimeSpan.FromSeconds(4));
        await nodes.ThroughLinksAsync(() => nodes.One.ShowAsync(Presence((1, 2, "{}"))));
        nodes.Time.Advance(TimeSpan.FromMilliseconds(20));
        Assert.Single(nodes.Two.Room.Changes);
    }

    [Fact]
    public async Task A_frame_that_is_refused_ends_its_link_and_no_other()
    {
        await nodes.OpenAsync(nodes.One, nodes.Two, nodes.Three);
        nodes.One.Lines[0].Bring([9, 9, 9, 9]);
        Assert.True(nodes.One.Lines[0].IsOver);
        Assert.False(nodes.One.Lines[1].IsOver);
        nodes.One.Lines[1].Bring(new LinkFrame(70, 0, [Message()]).Encode());
        Assert.True(nodes.One.Lines[1].IsOver);
        Assert.Empty(nodes.One.Room.Messages);
    }

    [Fact]
    public async Task A_frame_that_comes_twice_counts_once()
    {
        await nodes.OpenAsync(nodes.One, nodes.Two);
        var frame = nodes.One.Lines[0].Sent[^1];
        var again = new LinkFrame(frame.Number + 1, frame.Received, [Message() with { Opening = 1 }]).Encode();
        nodes.Two.Lines[0].Bring(again);
        nodes.Two.Lines[0].Bring(again);
        Assert.Single(nodes.Two.Room.Messages);
        Assert.False(nodes.Two.Lines[0].IsOver);
    }

    [Fact]
    public async Task What_a_stuck_node_is_sent_has_a_bound_and_its_link_is_broken()
    {
        await nodes.OpenAsync(nodes.One, nodes.Two, nodes.Three);
        var options = new NodeLinkOptions();
        var state = $"\"{new string('x', 500_000)}\"";
        for (ulong client = 1; client < 20 && !nodes.One.Lines[0].IsOver; client++)
        {
            nodes.One.Lines[0].IsMute = true;
            await nodes.One.ShowAsync(Presence((client, 1, state)));
            nodes.Time.Advance(TimeSpan.FromMilliseconds(20));
        }

        Assert.True(nodes.One.Lines[0].IsOver);
        Assert.True(nodes.One.Lines[0].Sent.Sum(frame => frame.Encode().Length) < 3 * options.MaxSentBytes);
        Assert.False(nodes.One.Lines[1].IsOver);
    }
}
