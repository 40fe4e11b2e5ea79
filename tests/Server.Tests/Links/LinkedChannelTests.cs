using Relay.Backplane;
using Relay.Yjs;
using static Relay.Links.LinkSamples;

namespace Relay.Links;

public sealed class LinkedChannelTests : IDisposable
{
    private readonly FakeTimeProvider time = new();
    private readonly List<LinkedNode> all = [];
    private readonly LinkedNode one;
    private readonly LinkedNode two;
    private readonly LinkedNode three;

    public LinkedChannelTests() => (one, two, three) = (New(1), New(2), New(3));

    public void Dispose() => all.ForEach(node => node.Dispose());

    [Fact]
    public async Task Presence_goes_over_links_to_the_nodes_that_hold_the_document_and_to_no_other()
    {
        await OpenAsync(one, two);
        await three.OpenAsync(DocumentName.Create("other"));
        await ThroughLinksAsync(() => one.ShowAsync(Presence((1, 1, "{}"))));
        Assert.Equal(Presence((1, 1, "{}")), Assert.Single(two.Room.Changes));
        Assert.Empty(three.Lines);
        Assert.Equal(one.Id, two.Room.Presence[^1].Node);
    }

    [Fact]
    public async Task A_document_that_no_other_node_holds_costs_no_message()
    {
        await OpenAsync(one);
        await ThroughLinksAsync(() => one.ShowAsync(Presence((1, 1, "{}"))));
        await ThroughLinksAsync(() => one.SayAsync(1));
        Assert.Empty(one.Lines);
    }

    [Fact]
    public async Task Between_two_nodes_there_is_one_link_whichever_opens_the_document_first()
    {
        await OpenAsync(two, one, three);
        Assert.All(all, node => Assert.Equal(2, node.Lines.Count));
        var other = DocumentName.Create("other");
        await one.OpenAsync(other);
        await three.OpenAsync(other);
        Assert.All(all, node => Assert.Equal(2, node.Lines.Count));
    }

    [Fact]
    public async Task What_comes_while_a_link_is_not_idle_travels_together_after_20_ms()
    {
        await OpenAsync(one, two);
        time.Advance(TimeSpan.FromMilliseconds(20));
        time.Advance(TimeSpan.FromMilliseconds(20));
        var sent = one.Lines[0].Sent;
        var before = sent.Count;
        await one.ShowAsync(Presence((1, 1, "{}")));
        Assert.Equal(before + 1, sent.Count);
        for (ulong clock = 2; clock < 50; clock++)
        {
            await one.ShowAsync(Presence((1, clock, "{}"), (2, clock, "{}")));
        }

        Assert.Equal(before + 1, sent.Count);
        time.Advance(TimeSpan.FromMilliseconds(20));
        Assert.Equal(before + 2, sent.Count);
        Assert.Equal(Presence((1, 49, "{}"), (2, 49, "{}")), two.Room.Changes.Last());
        Assert.Equal(2, two.Room.Changes.Count());
    }

    [Fact]
    public async Task Without_a_link_presence_and_messages_go_over_the_channel()
    {
        two.CanBeDialed = one.CanBeDialed = false;
        await OpenAsync(one, two);
        await one.ShowAsync(Presence((1, 1, "{}")));
        await one.SayAsync(7);
        Assert.Equal([AwarenessKind.Changes, null], one.Published.TakeLast(2));
        Assert.Single(two.Room.Changes);
        Assert.Single(two.Room.Messages);
    }

    [Fact]
    public async Task A_node_that_cannot_be_dialed_dials_itself()
    {
        two.CanBeDialed = false;
        await OpenAsync(one, two);
        Assert.Empty(two.Lines);
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.NotEmpty(two.Lines);
        await ThroughLinksAsync(() => one.ShowAsync(Presence((1, 1, "{}"))));
        Assert.Single(two.Room.Changes);
    }

    [Fact]
    public async Task A_message_comes_once_over_the_link_or_over_the_channel()
    {
        await OpenAsync(one, two, three);
        await ThroughLinksAsync(() => one.SayAsync(1));
        three.CanBeDialed = one.CanBeDialed = false;
        one.Lines[1].Abort();
        await one.SayAsync(2);
        Assert.Null(one.Published[^1]);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([[1], [2]], two.Room.Messages);
        Assert.Equal([[1], [2]], three.Room.Messages);
    }

    [Fact]
    public async Task A_message_over_a_link_does_not_overtake_the_one_before_over_the_channel()
    {
        one.AllKnowLinks = false;
        await OpenAsync(one, two);
        await one.SayAsync(1);
        one.AllKnowLinks = true;
        var before = one.Published.Count;
        await one.SayAsync(2);
        Assert.Equal(before + 1, one.Published.Count);
        time.Advance(TimeSpan.FromSeconds(1.5));
        await ThroughLinksAsync(() => one.SayAsync(3));
    }

    [Fact]
    public async Task While_a_node_does_not_know_links_presence_goes_over_the_channel()
    {
        await OpenAsync(one, two);
        one.AllKnowLinks = false;
        await one.ShowAsync(Presence((1, 1, "{}")));
        Assert.Equal(AwarenessKind.Changes, one.Published[^1]);
        Assert.Single(two.Room.Changes);
    }

    [Fact]
    public async Task A_holder_that_does_not_say_where_it_is_hears_the_channel_until_it_leaves()
    {
        three.IsOld = true;
        await OpenAsync(one, two);
        var place = await three.OpenAsync();
        await one.ShowAsync(Presence((1, 1, "{}")));
        Assert.Single(three.Room.Changes);
        Assert.Single(two.Room.Changes);
        await place.DisposeAsync();
        await ThroughLinksAsync(() => one.ShowAsync(Presence((1, 2, "{}"))));
    }

    [Fact]
    public async Task Presence_that_a_broken_link_may_have_lost_is_told_over_the_channel()
    {
        await OpenAsync(one, two);
        one.Lines[0].IsMute = true;
        await ThroughLinksAsync(() => one.ShowAsync(Presence((1, 1, "{}"))));
        await one.ShowAsync(Presence((1, 2, "{}"), (2, 1, "null")));
        await one.SayAsync(1);
        Assert.Empty(two.Room.Changes);
        one.Lines[0].Abort();
        await two.Room.UntilAsync(heard => heard.Changes.Any());
        Assert.Equal(Presence((1, 2, "{}"), (2, 1, "null")), Assert.Single(two.Room.Changes));
        Assert.Empty(two.Room.Messages);
    }

    [Fact]
    public async Task A_link_on_which_no_answer_comes_is_broken_after_3_s()
    {
        await OpenAsync(one, two);
        one.Lines[0].IsMute = true;
        await one.ShowAsync(Presence((1, 1, "{}")));
        for (var i = 0; i < 16; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(250));
        }

        Assert.True(one.Lines[0].IsOver);
        Assert.Equal(Presence((1, 1, "{}")), Assert.Single(two.Room.Changes));
        Assert.True(one.Lines.Count > 1);
        time.Advance(TimeSpan.FromSeconds(1));
        await ThroughLinksAsync(() => one.ShowAsync(Presence((1, 2, "{}"))));
    }

    [Fact]
    public async Task An_idle_link_lives_as_long_as_the_nodes_share_a_document()
    {
        await OpenAsync();
        var place = await one.OpenAsync();
        await two.OpenAsync();
        for (var i = 0; i < 240; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(250));
        }

        Assert.False(Assert.Single(one.Lines).IsOver);
        await place.DisposeAsync();
        Assert.Equal(AwarenessKind.Bye, one.Published[^1]);
        for (var i = 0; i < 130; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(250));
        }

        Assert.True(Assert.Single(one.Lines).IsOver);
    }

    [Fact]
    public async Task A_node_that_missed_a_bye_is_told_when_it_sends_something()
    {
        await OpenAsync(one);
        var place = await two.OpenAsync();
        one.Channel.NodeEnded(0);
        all.Remove(one);
        await place.DisposeAsync();
        all.Add(one);
        await one.ShowAsync(Presence((1, 1, "{}")));
        time.Advance(TimeSpan.FromMilliseconds(20));
        var sent = one.Lines[0].Sent.Count;
        await ThroughLinksAsync(() => one.ShowAsync(Presence((1, 2, "{}"))));
        time.Advance(TimeSpan.FromMilliseconds(20));
        Assert.Equal(sent, one.Lines[0].Sent.Count);
        await two.OpenAsync();
        await ThroughLinksAsync(() => one.ShowAsync(Presence((1, 3, "{}"))));
        time.Advance(TimeSpan.FromMilliseconds(20));
        Assert.Single(two.Room.Changes);
    }

    [Fact]
    public async Task A_session_is_asked_for_its_presence_when_another_holder_becomes_known()
    {
        await OpenAsync(one);
        await two.OpenAsync();

        // The one that was there before is asked by the greeting; the newcomer when it hears who was there.
        Assert.True(two.Room.Questions > 0);
        Assert.Contains(one.Room.Presence, told => told.Kind == AwarenessKind.Hello && told.Node == two.Id);
    }

    [Fact]
    public async Task A_node_that_ended_holds_nothing_and_one_that_returns_says_so()
    {
        await OpenAsync(one, two);
        one.Channel.NodeEnded(two.Id);
        Assert.True(one.Lines[0].IsOver);
        await ThroughLinksAsync(() => one.ShowAsync(Presence((1, 1, "{}"))));
        Assert.Empty(two.Room.Changes);
        time.Advance(TimeSpan.FromSeconds(4));
        await ThroughLinksAsync(() => one.ShowAsync(Presence((1, 2, "{}"))));
        time.Advance(TimeSpan.FromMilliseconds(20));
        Assert.Single(two.Room.Changes);
    }

    [Fact]
    public async Task A_frame_that_is_refused_ends_its_link_and_no_other()
    {
        await OpenAsync(one, two, three);
        one.Lines[0].Bring([9, 9, 9, 9]);
        Assert.True(one.Lines[0].IsOver);
        Assert.False(one.Lines[1].IsOver);
        one.Lines[1].Bring(new LinkFrame(70, 0, [Message()]).Encode());
        Assert.True(one.Lines[1].IsOver);
        Assert.Empty(one.Room.Messages);
    }

    [Fact]
    public async Task A_frame_that_comes_twice_counts_once()
    {
        await OpenAsync(one, two);
        var frame = one.Lines[0].Sent[^1];
        var again = new LinkFrame(frame.Number + 1, frame.Received, [Message() with { Opening = 1 }]).Encode();
        two.Lines[0].Bring(again);
        two.Lines[0].Bring(again);
        Assert.Single(two.Room.Messages);
        Assert.False(two.Lines[0].IsOver);
    }

    [Fact]
    public async Task What_a_stuck_node_is_sent_has_a_bound_and_its_link_is_broken()
    {
        await OpenAsync(one, two, three);
        var options = new NodeLinkOptions();
        var state = $"\"{new string('x', 500_000)}\"";
        for (ulong client = 1; client < 20 && !one.Lines[0].IsOver; client++)
        {
            one.Lines[0].IsMute = true;
            await one.ShowAsync(Presence((client, 1, state)));
            time.Advance(TimeSpan.FromMilliseconds(20));
        }

        Assert.True(one.Lines[0].IsOver);
        Assert.True(one.Lines[0].Sent.Sum(frame => frame.Encode().Length) < 3 * options.MaxSentBytes);
        Assert.False(one.Lines[1].IsOver);
    }

    /// <summary>Does something that must cost no message on the channel.</summary>
    private async Task ThroughLinksAsync(Func<ValueTask> action)
    {
        var before = one.Published.Count;
        await action();
        time.Advance(TimeSpan.FromMilliseconds(20));
        Assert.Equal(before, one.Published.Count);
    }

    private static Task OpenAsync(params LinkedNode[] nodes)
    {
        // From here on what a test brings about happens at once, on its own thread.
        SynchronizationContext.SetSynchronizationContext(null);
        return OpenInTurnAsync(nodes);
    }

    private static async Task OpenInTurnAsync(LinkedNode[] nodes)
    {
        foreach (var node in nodes)
        {
            await node.OpenAsync();
        }
    }

    private LinkedNode New(int number) => new(number, all, time);
}
