using Relay.Backplane;
using Relay.Yjs;
using static Relay.Links.LinkSamples;

namespace Relay.Links;

public sealed class LinkedChannelTests : IDisposable
{
    private readonly LinkedNodesFixture nodes = new();

    public void Dispose() => nodes.Dispose();

    [Fact]
    public async Task Presence_goes_over_links_to_the_nodes_that_hold_the_document_and_to_no_other()
    {
        await nodes.OpenAsync(nodes.One, nodes.Two);
        await nodes.Three.OpenAsync(DocumentName.Create("other"));
        await nodes.ThroughLinksAsync(() => nodes.One.ShowAsync(Presence((1, 1, "{}"))));
        Assert.Equal(Presence((1, 1, "{}")), Assert.Single(nodes.Two.Room.Changes));
        Assert.Empty(nodes.Three.Lines);
        Assert.Equal(nodes.One.Id, nodes.Two.Room.Presence[^1].Node);
    }

    [Fact]
    public async Task A_document_that_no_other_node_holds_costs_no_message()
    {
        await nodes.OpenAsync(nodes.One);
        await nodes.ThroughLinksAsync(() => nodes.One.ShowAsync(Presence((1, 1, "{}"))));
        await nodes.ThroughLinksAsync(() => nodes.One.SayAsync(1));
        Assert.Empty(nodes.One.Lines);
    }

    [Fact]
    public async Task Between_two_nodes_there_is_one_link_whichever_opens_the_document_first()
    {
        await nodes.OpenAsync(nodes.Two, nodes.One, nodes.Three);
        Assert.All(nodes.All, node => Assert.Equal(2, node.Lines.Count));
        var other = DocumentName.Create("other");
        await nodes.One.OpenAsync(other);
        await nodes.Three.OpenAsync(other);
        Assert.All(nodes.All, node => Assert.Equal(2, node.Lines.Count));
    }

    [Fact]
    public async Task What_comes_while_a_link_is_not_idle_travels_together_after_20_ms()
    {
        await nodes.OpenAsync(nodes.One, nodes.Two);
        nodes.Time.Advance(TimeSpan.FromMilliseconds(20));
        nodes.Time.Advance(TimeSpan.FromMilliseconds(20));
        var sent = nodes.One.Lines[0].Sent;
        var before = sent.Count;
        await nodes.One.ShowAsync(Presence((1, 1, "{}")));
        Assert.Equal(before + 1, sent.Count);
        for (ulong clock = 2; clock < 50; clock++)
        {
            await nodes.One.ShowAsync(Presence((1, clock, "{}"), (2, clock, "{}")));
        }

        Assert.Equal(before + 1, sent.Count);
        nodes.Time.Advance(TimeSpan.FromMilliseconds(20));
        Assert.Equal(before + 2, sent.Count);
        Assert.Equal(Presence((1, 49, "{}"), (2, 49, "{}")), nodes.Two.Room.Changes.Last());
        Assert.Equal(2, nodes.Two.Room.Changes.Count());
    }

    [Fact]
    public async Task Without_a_link_presence_and_messages_go_over_the_channel()
    {
        nodes.Two.CanBeDialed = nodes.One.CanBeDialed = false;
        await nodes.OpenAsync(nodes.One, nodes.Two);
        await nodes.One.ShowAsync(Presence((1, 1, "{}")));
        await nodes.One.SayAsync(7);
        Assert.Equal([AwarenessKind.Changes, null], nodes.One.Published.TakeLast(2));
        Assert.Single(nodes.Two.Room.Changes);
        Assert.Single(nodes.Two.Room.Messages);
    }

    [Fact]
    public async Task A_new_link_says_which_documents_are_open_in_the_order_of_their_openings()
    {
        await nodes.OpenAsync(nodes.One, nodes.Two);
        for (var i = 0; i < 16; i++)
        {
            await nodes.One.OpenAsync(DocumentName.Create($"other{i}"));
            await nodes.Two.OpenAsync(DocumentName.Create($"other{i}"));
        }

        nodes.One.Lines[0].Abort();
        for (var i = 0; i < 20; i++)
        {
            nodes.Time.Advance(TimeSpan.FromMilliseconds(250));
        }

        var holds = nodes.One.Lines[^1].Sent.SelectMany(frame => frame.Items)
            .Where(item => item.Kind == LinkItemKind.Holds).Select(item => item.Opening).ToList();
        Assert.Equal(17, holds.Count);
        Assert.Equal(holds.Order(), holds);
    }

    [Fact]
    public async Task A_message_comes_once_over_the_link_or_over_the_channel()
    {
        await nodes.OpenAsync(nodes.One, nodes.Two, nodes.Three);
        await nodes.ThroughLinksAsync(() => nodes.One.SayAsync(1));
        nodes.Three.CanBeDialed = nodes.One.CanBeDialed = false;
        nodes.One.Lines[1].Abort();
        await nodes.One.SayAsync(2);
        Assert.Null(nodes.One.Published[^1]);
        nodes.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([[1], [2]], nodes.Two.Room.Messages);
        Assert.Equal([[1], [2]], nodes.Three.Room.Messages);
    }

    [Fact]
    public async Task A_message_over_a_link_does_not_overtake_the_one_before_over_the_channel()
    {
        nodes.One.AllKnowLinks = false;
        await nodes.OpenAsync(nodes.One, nodes.Two);
        await nodes.One.SayAsync(1);
        nodes.One.AllKnowLinks = true;
        var before = nodes.One.Published.Count;
        await nodes.One.SayAsync(2);
        Assert.Equal(before + 1, nodes.One.Published.Count);
        nodes.Time.Advance(TimeSpan.FromSeconds(1.5));
        await nodes.ThroughLinksAsync(() => nodes.One.SayAsync(3));
    }

    [Fact]
    public async Task While_a_node_does_not_know_links_presence_goes_over_the_channel()
    {
        await nodes.OpenAsync(nodes.One, nodes.Two);
        nodes.One.AllKnowLinks = false;
        await nodes.One.ShowAsync(Presence((1, 1, "{}")));
        Assert.Equal(AwarenessKind.Changes, nodes.One.Published[^1]);
        Assert.Single(nodes.Two.Room.Changes);
    }

    [Fact]
    public async Task A_holder_that_does_not_say_where_it_is_hears_the_channel_until_it_leaves()
    {
        nodes.Three.IsOld = true;
        await nodes.OpenAsync(nodes.One, nodes.Two);
        var place = await nodes.Three.OpenAsync();
        await nodes.One.ShowAsync(Presence((1, 1, "{}")));
        Assert.Single(nodes.Three.Room.Changes);
        Assert.Single(nodes.Two.Room.Changes);
        await place.DisposeAsync();
        await nodes.ThroughLinksAsync(() => nodes.One.ShowAsync(Presence((1, 2, "{}"))));
    }

    [Fact]
    public async Task An_idle_link_lives_as_long_as_the_nodes_share_a_document()
    {
        await nodes.OpenAsync();
        var place = await nodes.One.OpenAsync();
        await nodes.Two.OpenAsync();
        for (var i = 0; i < 240; i++)
        {
            nodes.Time.Advance(TimeSpan.FromMilliseconds(250));
        }

        Assert.False(Assert.Single(nodes.One.Lines).IsOver);
        await place.DisposeAsync();
        Assert.Equal(AwarenessKind.Bye, nodes.One.Published[^1]);
        for (var i = 0; i < 130; i++)
        {
            nodes.Time.Advance(TimeSpan.FromMilliseconds(250));
        }

        Assert.True(Assert.Single(nodes.One.Lines).IsOver);
    }

    [Fact]
    public async Task A_session_is_asked_for_its_presence_when_another_holder_becomes_known()
    {
        await nodes.OpenAsync(nodes.One);
        await nodes.Two.OpenAsync();

        // The one that was there before is asked by the greeting; the newcomer when it hears who was there.
        Assert.True(nodes.Two.Room.Questions > 0);
        Assert.Contains(nodes.One.Room.Presence, told => told.Kind == AwarenessKind.Hello && told.Node == nodes.Two.Id);
    }
}
