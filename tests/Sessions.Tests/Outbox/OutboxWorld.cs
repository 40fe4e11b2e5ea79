using Relay.Backplane;
using Relay.Doubles;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>An outbox on a log in memory; what the log stores is applied at once.</summary>
internal sealed class OutboxWorld : IOutboxSession, IDisposable
{
    public OutboxWorld()
    {
        var memory = NodeMemory.Unlimited.Open();
        Content = new LoggedDocument(new YjsContentKind(true), new GrowthLimit(1 << 20, memory), new RoomFigures());
        var context = Bench.Context();
        Outbox = new Outbox(context, Content, Backplane, new RoomFigures(), this);
        Watch = new AppendWatch(Bench.Time, context.Settings.UnloggedGrace);
        Unlogged = new UnloggedUpdates(context, Content, Outbox, Watch, this);
    }

    public PartBench Bench { get; } = new();

    public MemoryBackplane Backplane { get; } = new();

    public LoggedDocument Content { get; }

    public Outbox Outbox { get; }

    public UnloggedUpdates Unlogged { get; }

    public AppendWatch Watch { get; }

    public List<string> Told { get; } = [];

    /// <summary>What was shown unlogged, and to all but whom.</summary>
    public List<(ReadOnlyMemory<byte> Update, Attachment? Except)> Shown { get; } = [];

    public Position Position { get; set; }

    public bool MaySend { get; set; } = true;

    public bool IsOpen { get; set; } = true;

    /// <summary>Whether what is stored waits for entries before it.</summary>
    public bool HasGap { get; set; }

    /// <summary>An empty log that the session follows.</summary>
    public OutboxWorld WithLog()
    {
        Position = Backplane.AppendElsewhere(World.Name, 1, [0, 0]).Position;
        return this;
    }

    public static Attachment Writer() => new StubConnection { Format = ReceiptFormat.Instance }.Attach();

    /// <summary>A client types a character at a clock of its own.</summary>
    public void Type(Attachment? from, ulong clock, ulong client = 1) => Bench.Do(() =>
    {
        from?.Receipts.Take();
        var update = Messages.Typed(client, clock, "a");
        Outbox.Take(new OutboxItem(from, update, 10, true, Content.Version, 100));
        Unlogged.Watch();
        Outbox.Append();
    });

    /// <summary>What is stored.</summary>
    public DurableState State() => new(
        DurableOutcome.Read,
        Content.Document,
        Backplane.End(World.Name),
        Backplane.Entries(World.Name),
        Position.None,
        false,
        Content.Document,
        new HashSet<Position>());

    void IOutboxSession.OnStored(in LoggedEntry entry)
    {
        Told.Add($"stored {entry.Position.Offset}");
        if (!HasGap)
        {
            Apply(entry.Payload);
        }
    }

    public void Apply(ReadOnlyMemory<byte> payload)
    {
        Assert.True(Content.TryApply(payload, out var diff, out _));
        Outbox.Settle(diff);
    }

    void IOutboxSession.OnOtherLog() => Told.Add("other log");

    void IOutboxSession.OnLogged()
    {
        Told.Add("logged");
        Unlogged.OnLogged();
    }

    void IOutboxSession.Deliver(ReadOnlyMemory<byte> diff) => Told.Add("deliver");

    void IOutboxSession.ShowUnlogged(ReadOnlyMemory<byte> diff, Attachment? except) => Shown.Add((diff, except));

    void IOutboxSession.Pump(Attachment attachment) => Told.Add("pump");

    void IOutboxSession.OnSettled() => Told.Add("settled");

    bool IOutboxSession.IsApplyLong() => false;

    public void Dispose() => Bench.Dispose();
}
