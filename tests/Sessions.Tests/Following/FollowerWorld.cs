using Microsoft.Extensions.Logging.Abstractions;
using Relay.Backplane;
using Relay.Doubles;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>A log follower on stores in memory, which hears the channel when the test says so.</summary>
internal sealed class FollowerWorld : ILogFollowerSession, IDisposable
{
    private ulong ids;

    public FollowerWorld(SessionSettings? settings = null)
    {
        Snapshots = new MemorySnapshots(Bench.Time);
        Content = NewContent();
        var durable = new DurableStateReader(
            Backplane,
            Snapshots,
            new YjsContentKind(true),
            Bench.Time,
            NullLogger<DurableStateReader>.Instance);
        Follower = new LogFollower(
            Bench.Context(settings), Content, Backplane, Snapshots, durable, Gate, Requests, this);
    }

    public PartBench Bench { get; } = new();

    public MemoryBackplane Backplane { get; } = new();

    public MemorySnapshots Snapshots { get; }

    public ReconcileGate Gate { get; } = new(1);

    public PendingReads Requests { get; } = new();

    public LoggedDocument Content { get; }

    public LogFollower Follower { get; }

    public List<string> Told { get; } = [];

    /// <summary>What the last reconcile said that the stores lack.</summary>
    public ReadOnlyMemory<byte> Lacking { get; private set; }

    public bool IsOpen { get; set; }

    public InFlightAppend? InFlight { get; set; }

    public Position Covered { get; set; }

    /// <summary>The document is put together from an empty log of one entry.</summary>
    public FollowerWorld Load()
    {
        var first = Append("");
        Bench.Do(() =>
        {
            Assert.True(Content.TryApply(first.Payload, out _, out _));
            Follower.Begin(StateAt(first.Position));
            IsOpen = true;
            Follower.ReleaseHeld();
        });
        Told.Clear();
        return this;
    }

    /// <summary>The document as it is, read up to this position.</summary>
    public DurableState StateAt(Position position) => new(
        DurableOutcome.Read,
        Content.Document,
        position,
        [],
        Position.None,
        false,
        Content.Document,
        new HashSet<Position>());

    /// <summary>Another node appends; the channel does not bring it by itself.</summary>
    public LoggedEntry Append(string text, EntryKind kind = EntryKind.Update)
    {
        var id = ++ids;
        var update = text.Length == 0 ? [0, 0] : Messages.Typed(id, 0, text);
        return Backplane.AppendElsewhere(World.Name, id, kind == EntryKind.Update ? update : [], kind);
    }

    public void Hear(LoggedEntry entry) => Bench.Do(() => Follower.OnChannelEntry(entry));

    /// <summary>As a channel brings an entry that the session was appending.</summary>
    public void HearOwn(LoggedEntry entry) =>
        Bench.Do(() => Follower.OnChannelOwnEntry(entry with { Payload = default }));

    /// <summary>What the log holds, as one state.</summary>
    public byte[] Logged() => World.StateOf(
        [.. Backplane.Entries(World.Name).Where(e => e.Kind == EntryKind.Update).Select(e => e.Payload.ToArray())]);

    private static LoggedDocument NewContent() => new(
        new YjsContentKind(true), new GrowthLimit(1 << 20, NodeMemory.Unlimited.Open()), new RoomFigures());

    void ILogFollowerSession.Settle(ReadOnlyMemory<byte> diff)
    {
        InFlight = null;
        Told.Add("settle");
    }

    void ILogFollowerSession.OnChanged()
    {
    }

    void ILogFollowerSession.Deliver(ReadOnlyMemory<byte> diff) => Told.Add("deliver");

    void ILogFollowerSession.OnApplied(int bytes) => Told.Add($"applied {Follower.Position.Offset}");

    void ILogFollowerSession.OnRebased(
        DurableState state, ReadOnlyMemory<byte> diff, ReadOnlyMemory<byte> lacking)
    {
        Lacking = lacking;
        Told.Add("rebased");
    }

    void ILogFollowerSession.OnReconciled() => Told.Add("reconciled");

    void ILogFollowerSession.OnLookEnded()
    {
        if (Requests.NeedLook)
        {
            Follower.LookForRequests();
        }
    }

    void ILogFollowerSession.OnReconcileFailed(RefusalReason reason) => Told.Add($"failed {reason}");

    void ILogFollowerSession.Fail(RefusalReason reason)
    {
        IsOpen = false;
        Told.Add($"end {reason}");
    }

    public void Dispose() => Bench.Dispose();
}
