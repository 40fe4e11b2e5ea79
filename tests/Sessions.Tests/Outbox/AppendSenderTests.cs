using Relay.Backplane;
using Relay.Doubles;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>How the append in flight is sent until its outcome is known; without an outbox.</summary>
public sealed class AppendSenderTests
{
    [Fact]
    public void An_append_that_is_stored_is_told_once_and_ends_when_its_entry_is_applied()
    {
        using var world = new SenderWorld();
        world.Begin();
        Assert.Equal(["stored 2"], world.Told);
        Assert.False(world.Sender.InFlight!.IsSending);
        Assert.Equal(OwnEntryState.Answered, world.Sender.OwnEntries.StateOf(world.Backplane.End(World.Name)));
        Assert.NotNull(world.Sender.End());
        Assert.Null(world.Sender.InFlight);
        world.Bench.Advance(TimeSpan.FromSeconds(60));
        Assert.Single(world.Backplane.Appends);
    }

    [Fact]
    public void An_append_that_fails_is_sent_again_with_the_ids_of_the_tries_before()
    {
        using var world = new SenderWorld();
        world.Backplane.Appending.Failure = new BackplaneUnavailableException("away");
        world.Begin();
        var (first, before) = (world.Sender.InFlight!.Id, world.Position);
        world.Position = before with { Offset = before.Offset + 5, Id = new EntryId(9) };
        world.Bench.Advance(TimeSpan.FromSeconds(1));
        Assert.True(world.Sender.InFlight.Has(first));
        Assert.Equal(before, world.Sender.InFlight.After);
        Assert.NotEqual(first, world.Sender.InFlight.Id);
        Assert.Empty(world.Told);
        world.Backplane.Appending.Failure = null;
        world.Bench.Advance(SessionDefaults.Value.LongestAppendRetry);
        Assert.Equal("stored 2", Assert.Single(world.Told));
    }

    [Fact]
    public void A_stored_append_that_is_not_applied_is_looked_after_by_another_try()
    {
        using var world = new SenderWorld();
        world.Begin();
        world.Bench.Advance(SessionDefaults.Value.LongestAppendRetry);
        Assert.Equal(2, world.Backplane.Appends.Count);
        Assert.Equal(2, world.Backplane.Entries(World.Name).Count);
    }

    [Fact]
    public void A_reply_of_an_append_that_has_ended_or_started_anew_is_not_told()
    {
        using var world = new SenderWorld();
        world.Backplane.Replying.IsShut = true;
        world.Begin();
        var first = world.Sender.InFlight!.Id;
        world.Position = new Position(world.Position.Epoch + 1, 7, new EntryId(9));
        world.Bench.Do(world.Sender.StartAnew);
        Assert.False(world.Sender.InFlight.Has(first));
        Assert.Equal(world.Position, world.Sender.InFlight.After);
        world.Backplane.Replying.Open();
        world.Bench.Steps.Run();
        Assert.Empty(world.Told);
        Assert.False(world.Sender.InFlight.IsSending);
    }

    [Fact]
    public void No_append_is_sent_while_the_session_reconciles_or_a_call_is_under_way()
    {
        using var world = new SenderWorld { MaySend = false };
        world.Begin();
        Assert.Empty(world.Backplane.Appends);
        world.MaySend = true;
        world.Backplane.Appending.IsShut = true;
        world.Bench.Do(world.Sender.Send);
        world.Bench.Do(world.Sender.Send);
        Assert.Equal(1, world.Backplane.Appending.Calls);
    }

    [Fact]
    public void A_log_of_another_epoch_has_the_session_look()
    {
        using var world = new SenderWorld();
        world.Position = world.Position with { Epoch = world.Position.Epoch - 1 };
        world.Begin();
        Assert.Equal(["other log"], world.Told);
    }

    private sealed class SenderWorld : IOutboxSession, IDisposable
    {
        public SenderWorld()
        {
            Sender = new AppendSender(Bench.Context(), Backplane, this);
            Position = Backplane.AppendElsewhere(World.Name, 1, [0, 0]).Position;
        }

        public PartBench Bench { get; } = new();

        public MemoryBackplane Backplane { get; } = new();

        public AppendSender Sender { get; }

        public List<string> Told { get; } = [];

        public Position Position { get; set; }

        public bool MaySend { get; set; } = true;

        public bool IsOpen => true;

        public void Begin() => Bench.Do(() => Sender.Begin(Messages.Typed(1, 0, "a"), []));

        void IOutboxSession.OnStored(in LoggedEntry entry) => Told.Add($"stored {entry.Position.Offset}");

        void IOutboxSession.OnOtherLog() => Told.Add("other log");

        void IOutboxSession.OnLogged() => Told.Add("logged");

        void IOutboxSession.Deliver(ReadOnlyMemory<byte> diff) => Told.Add("deliver");

        void IOutboxSession.ShowUnlogged(ReadOnlyMemory<byte> diff, Attachment? except) => Told.Add("show");

        void IOutboxSession.Pump(Attachment attachment) => Told.Add("pump");

        void IOutboxSession.OnSettled() => Told.Add("settled");

        bool IOutboxSession.IsApplyLong() => false;

        public void Dispose() => Bench.Dispose();
    }
}
