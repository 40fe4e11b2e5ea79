using System.Text;
using Relay.Access;
using Relay.Doubles;
using Relay.Sessions;
using Relay.Sockets.Backpressure;
using Relay.Yjs;

namespace Relay.Protocols;

public sealed class InboundAwarenessTests : IDisposable
{
    private readonly FakeTimeProvider time = new();
    private readonly List<AwarenessEntry[]> later = [];
    private readonly List<(long Count, YjsError Error)> unreadable = [];
    private readonly InboundAwareness inbound;

    public InboundAwarenessTests() =>
        inbound = new InboundAwareness(
            ConnectionDefaults.Value with
            {
                MaxMessageBytes = 1 << 20,
                MaxWaitingBytes = 1 << 20,
                MessagesPerSecond = 1000,
                AwarenessPerSecond = 10,
                MaxHeldAwarenessBytes = 1000,
            },
            null,
            time,
            message => later.Add([.. message.Awareness]),
            (count, error) => unreadable.Add((count, error)));

    public void Dispose() => inbound.Dispose();

    [Fact]
    public void What_comes_too_often_is_merged_and_the_latest_of_each_client_goes_on()
    {
        for (ulong clock = 1; clock <= 10; clock++)
        {
            Assert.True(Passes(Entry(1, clock)));
        }

        for (ulong clock = 11; clock <= 30; clock++)
        {
            Assert.False(Passes(Entry(1, clock), Entry(2, clock)));
        }

        Assert.Empty(later);
        time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal([(1UL, 30UL), (2UL, 30UL)], later.Single().Select(e => (e.ClientId, e.Clock)).Order());
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Single(later);
    }

    [Fact]
    public void In_the_long_run_so_many_go_on_as_the_rate_says()
    {
        var passed = 0;
        for (ulong clock = 1; clock <= 1000; clock++)
        {
            passed += Passes(Entry(1, clock)) ? 1 : 0;
            time.Advance(TimeSpan.FromMilliseconds(10));
        }

        // Ten seconds, and a second's worth at once.
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.InRange(passed + later.Count, 105, 112);
        Assert.Equal(1000UL, later[^1].Single().Clock);
    }

    [Fact]
    public void Who_leaves_after_a_flood_is_gone()
    {
        Exhaust();
        Assert.False(Passes(Entry(1, 20)));
        Assert.False(Passes(new AwarenessEntry(1, 21, AwarenessEntry.NullState)));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(later.Single().Single().IsNull);
    }

    [Fact]
    public void More_than_may_be_held_goes_on_at_once()
    {
        Exhaust();
        Assert.False(Passes(Entry(1, 20, new string('x', 800))));
        Assert.True(Passes(Entry(2, 20, new string('x', 800))));
        Assert.False(Passes(Entry(1, 21)));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(21UL, later.Single().Single().Clock);
    }

    [Fact]
    public void More_than_may_be_held_goes_on_no_more_often_than_the_rate_says()
    {
        var passed = 0;
        for (ulong clock = 1; clock <= 1000; clock++)
        {
            AwarenessEntry[] many = [.. Enumerable.Range(1, 100).Select(client => Entry((ulong)client, clock))];
            passed += Passes(many) ? 1 : 0;
            time.Advance(TimeSpan.FromMilliseconds(10));
        }

        // Ten seconds, a second's worth at once, and one that is owed.
        Assert.InRange(passed, 100, 125);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_large_frame_is_given_back_once_its_entries_are_held_or_stamped(bool isStamped)
    {
        var arrays = new LargeArrays(1 << 20);
        var frame = Messages.PresenceUpdate((1, 20, "{}"), (2, 20, "7"));
        var lent = new LentMemory(arrays, arrays.Rent(frame.Length), frame.Length);
        frame.CopyTo(lent.Memory);
        var messages = new List<DocumentMessage> { InboundAwareness.Read(lent.Memory, int.MaxValue) };
        if (isStamped)
        {
            using var stamping = new InboundAwareness(
                ConnectionDefaults.Value,
                new AwarenessStamp(new Grant(_ => AccessLevel.Write) { UserId = "ada" }),
                time,
                _ => { },
                (_, _) => { });
            stamping.Filter(messages);
        }
        else
        {
            Exhaust();
            inbound.Filter(messages);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        var entries = isStamped ? messages.Single().Awareness : later.Single();
        Assert.Equal(LargeArrays.Step, arrays.IdleBytes);
        Assert.Equal(
            [isStamped ? """{"user":{"id":"ada","name":"ada"}}""" : "{}", "7"],
            entries.OrderBy(entry => entry.ClientId).Select(entry => Encoding.UTF8.GetString(entry.State.Span)));
    }

    [Fact]
    public void Other_messages_are_left_alone_and_a_held_entry_keeps_no_frame()
    {
        Exhaust();
        var state = "{}"u8.ToArray();
        var messages = new List<DocumentMessage>
        {
            new(DocumentMessageKind.SyncStep1, default, []),
            new(DocumentMessageKind.Awareness, default, [new AwarenessEntry(1, 20, state)], 1),
            new(DocumentMessageKind.QueryAwareness, default, [], 2),
        };
        inbound.Filter(messages);
        Assert.Equal([DocumentMessageKind.SyncStep1, DocumentMessageKind.QueryAwareness], messages.Select(m => m.Kind));
        state.AsSpan().Clear();
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("{}", Encoding.UTF8.GetString(later.Single().Single().State.Span));
    }

    [Fact]
    public async Task However_many_come_together_they_are_looked_through_once()
    {
        var messages = Enumerable.Repeat(new DocumentMessage(DocumentMessageKind.Awareness, default, []), 300_000)
            .ToList();
        await Task.Run(() => inbound.Filter(messages)).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(10, messages.Count);
    }

    [Fact]
    public void What_does_not_read_goes_on_neither_now_nor_later_and_is_reported_once_a_minute()
    {
        var bad = InboundAwareness.Read(new byte[] { 1, 1, 0, 2, (byte)'{', (byte)'{' }, 10);
        for (var i = 0; i < 1000; i++)
        {
            List<DocumentMessage> messages = [bad];
            inbound.Filter(messages);
            Assert.Empty(messages);
        }

        Assert.Equal(1, Assert.Single(unreadable).Count);
        Assert.NotEmpty(unreadable[0].Error.Message);
        time.Advance(TimeSpan.FromMinutes(1));
        inbound.Filter([bad]);
        Assert.Equal(1000, unreadable[1].Count);
        Assert.Empty(later);
        Assert.True(Passes(Entry(1, 1)));
    }

    [Fact]
    public void After_its_end_nothing_goes_on_later()
    {
        Exhaust();
        Assert.False(Passes(Entry(1, 20)));
        inbound.Dispose();
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(later);
    }

    private static AwarenessEntry Entry(ulong client, ulong clock, string? text = null) =>
        new(client, clock, Encoding.UTF8.GetBytes(text is null ? "{}" : $"\"{text}\""));

    private void Exhaust()
    {
        for (ulong clock = 1; clock <= 10; clock++)
        {
            Assert.True(Passes(Entry(1, clock)));
        }
    }

    private bool Passes(params AwarenessEntry[] entries)
    {
        var messages = new List<DocumentMessage> { new(DocumentMessageKind.Awareness, default, entries) };
        inbound.Filter(messages);
        return messages.Count == 1;
    }
}
