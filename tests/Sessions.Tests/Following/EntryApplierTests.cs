using Relay.Backplane;
using Relay.Doubles;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>What one entry does to the document; without a log follower.</summary>
public sealed class EntryApplierTests
{
    [Fact]
    public void An_entry_is_applied_delivered_and_moves_the_position()
    {
        using var world = new ApplierWorld();
        var entry = ApplierWorld.Entry(6, Messages.Typed(1, 0, "a"));
        Assert.True(world.Applier.IsNext(entry));
        world.Applier.Apply(entry);
        Assert.Equal(["changed", "deliver", $"applied {entry.Payload.Length}"], world.Told);
        Assert.Equal(entry.Position, world.Applier.Position);
        Assert.Equal(World.StateOf(Messages.Typed(1, 0, "a")), world.Content.Document.EncodeState());
    }

    [Fact]
    public void An_entry_without_a_diff_is_not_delivered()
    {
        using var world = new ApplierWorld();
        world.Applier.Apply(ApplierWorld.Entry(6, [], EntryKind.Created));
        Assert.Equal(["changed", "applied 0"], world.Told);
    }

    [Fact]
    public void Only_the_entry_that_names_the_one_at_the_position_is_next()
    {
        using var world = new ApplierWorld();
        var entry = ApplierWorld.Entry(6, [0, 0]);
        Assert.False(world.Applier.IsNext(entry with { Previous = new EntryId(55) }));
        Assert.False(world.Applier.IsNext(ApplierWorld.Entry(7, [0, 0])));
        Assert.False(world.Applier.IsNext(entry with { Position = entry.Position with { Epoch = 2 } }));
    }

    [Fact]
    public void The_in_flight_append_is_settled_by_its_entry()
    {
        using var world = new ApplierWorld();
        var update = Messages.Typed(1, 0, "a");
        world.InFlight = new InFlightAppend(new EntryId(6), Position.None, update, [], 0);
        world.Applier.Apply(ApplierWorld.Entry(6, update));
        Assert.Equal(["changed", "settle 1", $"applied {update.Length}"], world.Told);
    }

    [Fact]
    public void An_old_entry_of_the_in_flight_append_settles_it_if_the_document_has_it()
    {
        using var world = new ApplierWorld();
        var update = Messages.Typed(1, 0, "a");
        world.InFlight = new InFlightAppend(new EntryId(3), Position.None, update, [], 0);
        Assert.False(world.Applier.TryPass(ApplierWorld.Entry(3, update)));
        Assert.Empty(world.Told);
        Assert.True(world.Content.TryApply(update, out _, out _));
        Assert.True(world.Applier.TryPass(ApplierWorld.Entry(3, update)));
        Assert.Equal(["settle 0"], world.Told);
    }

    [Fact]
    public void An_old_entry_of_another_node_is_passed_and_one_of_another_history_is_not()
    {
        using var world = new ApplierWorld();
        Assert.True(world.Applier.TryPass(ApplierWorld.Entry(5, [0, 0])));
        Assert.True(world.Applier.TryPass(ApplierWorld.Entry(2, [0, 0])));
        var other = ApplierWorld.Entry(5, [0, 0]);
        Assert.False(world.Applier.TryPass(other with { Position = other.Position with { Id = new EntryId(55) } }));
        Assert.Empty(world.Told);
    }

    [Fact]
    public void An_entry_that_does_not_read_and_a_deletion_end_the_session()
    {
        using var world = new ApplierWorld();
        world.Applier.Apply(ApplierWorld.Entry(6, [9, 9]));
        world.Applier.Apply(ApplierWorld.Entry(6, [], EntryKind.Deleted));
        Assert.Equal(
            [$"end {RefusalReason.DocumentUnreadable}", $"end {RefusalReason.DocumentDeleted}"], world.Told);
        Assert.Equal(5, world.Applier.Position.Offset);
        Assert.Contains(world.Bench.Log.Lines, line => line.Contains("does not read", StringComparison.Ordinal));
    }

    /// <summary>An empty document at the fifth entry.</summary>
    private sealed class ApplierWorld : ILogFollowerSession, IDisposable
    {
        public ApplierWorld()
        {
            Content = new LoggedDocument(
                new YjsContentKind(true), new GrowthLimit(1 << 20, NodeMemory.Unlimited.Open()), new RoomFigures());
            Applier = new EntryApplier(Bench.Context(), Content, this);
            Applier.MoveTo(Entry(5, []).Position);
        }

        public PartBench Bench { get; } = new();

        public LoggedDocument Content { get; }

        public EntryApplier Applier { get; }

        public List<string> Told { get; } = [];

        public bool IsOpen => true;

        public InFlightAppend? InFlight { get; set; }

        public Position Covered => Position.None;

        public static LoggedEntry Entry(long offset, byte[] payload, EntryKind kind = EntryKind.Update) => new(
            new Position(1, offset, new EntryId((ulong)offset)), new EntryId((ulong)offset - 1), kind, payload);

        void ILogFollowerSession.Settle(ReadOnlyMemory<byte> diff)
        {
            InFlight = null;
            Told.Add($"settle {(diff.IsEmpty ? 0 : 1)}");
        }

        void ILogFollowerSession.OnChanged() => Told.Add("changed");

        void ILogFollowerSession.Deliver(ReadOnlyMemory<byte> diff) => Told.Add("deliver");

        void ILogFollowerSession.OnApplied(int bytes) => Told.Add($"applied {bytes}");

        void ILogFollowerSession.OnRebased(
            DurableState state, ReadOnlyMemory<byte> diff, ReadOnlyMemory<byte> lacking) => Told.Add("rebased");

        void ILogFollowerSession.OnReconciled() => Told.Add("reconciled");

        void ILogFollowerSession.OnLookEnded() => Told.Add("look ended");

        void ILogFollowerSession.OnReconcileFailed(RefusalReason reason) => Told.Add($"failed {reason}");

        void ILogFollowerSession.Fail(RefusalReason reason) => Told.Add($"end {reason}");

        public void Dispose() => Bench.Dispose();
    }
}
