using Relay.Backplane;
using Relay.Doubles;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>An intake whose outbox keeps what it takes.</summary>
internal sealed class IntakeWorld : IIntakeSession, IOutboxSession, IBroadcasterSession, IDisposable
{
    private readonly ConnectionSet connections;

    public IntakeWorld(long maxBytes = 1 << 20)
    {
        var memory = NodeMemory.Unlimited.Open();
        Context = Bench.Context();
        connections = new ConnectionSet(Figures);
        Content = new LoggedDocument(new YjsContentKind(true), new GrowthLimit(maxBytes, memory), Figures);
        Outbox = new Outbox(Context, Content, new MemoryBackplane(), Figures, this);
        var records = new AwarenessRecords(memory);
        var pace = new PresencePace(Context, records, connections);
        Broadcaster = new Broadcaster(
            Context, connections, Content, records, pace, AnswerBudget.Unlimited, Figures, this);
        var watch = new AppendWatch(Bench.Time, Context.Settings.UnloggedGrace);
        var unlogged = new UnloggedUpdates(Context, Content, Outbox, watch, this);
        Handler = new FrameHandler(Context, Content, Outbox, unlogged, Broadcaster, Figures, this);
        Intake = new MessageIntake(Context, Content, Outbox, unlogged, Broadcaster, Figures, this);
    }

    public PartBench Bench { get; } = new();

    public SessionContext Context { get; }

    public RoomFigures Figures { get; } = new();

    public LoggedDocument Content { get; }

    public Outbox Outbox { get; }

    public Broadcaster Broadcaster { get; }

    public MessageIntake Intake { get; }

    /// <summary>Takes frames without an order of theirs.</summary>
    public FrameHandler Handler { get; }

    public List<string> Told { get; } = [];

    public List<(Attachment, RefusalReason)> Refused { get; } = [];

    bool IIntakeSession.HasEntries => true;

    Position IOutboxSession.Position => default;

    bool IOutboxSession.MaySend => false;

    bool IOutboxSession.IsOpen => true;

    bool IBroadcasterSession.IsUnloggedShown => false;

    public Attachment Connect(AccessLevel access = AccessLevel.Write, bool isServed = true)
    {
        var connection = new StubConnection { Format = ReceiptFormat.Instance };
        var attachment = connection.Attach(isServed, access);
        connections.Add(attachment);
        return attachment;
    }

    public void Receive(Attachment attachment, params DocumentMessage[] messages) =>
        Bench.Do(() => Intake.Receive(attachment, messages));

    public static DocumentMessage Update(byte[] update) => new(DocumentMessageKind.Update, update, [], Bytes: 1);

    public List<byte[]> Frames(Attachment attachment) =>
        [.. ((StubConnection)attachment.Connection).Sends.SelectMany(frames => frames).Select(f => f.ToArray())];

    bool IIntakeSession.IsApplyLong(int entryBytes) => false;

    void IIntakeSession.OnOpened(Attachment attachment) => Told.Add("opened");

    void IIntakeSession.ReceiveAwareness(Attachment attachment, IReadOnlyList<AwarenessEntry> entries) =>
        Told.Add("awareness");

    void IIntakeSession.ReceiveStateless(Attachment attachment, ReadOnlyMemory<byte> message) =>
        Told.Add("stateless");

    void IIntakeSession.Refuse(Attachment attachment, RefusalReason reason)
    {
        attachment.IsAttached = false;
        Refused.Add((attachment, reason));
    }

    void IOutboxSession.OnStored(in LoggedEntry entry)
    {
    }

    void IOutboxSession.OnOtherLog()
    {
    }

    void IOutboxSession.OnLogged()
    {
    }

    void IOutboxSession.Deliver(ReadOnlyMemory<byte> diff)
    {
    }

    void IOutboxSession.ShowUnlogged(ReadOnlyMemory<byte> diff, Attachment? except)
    {
    }

    void IOutboxSession.Pump(Attachment attachment)
    {
    }

    void IOutboxSession.OnSettled()
    {
    }

    bool IOutboxSession.IsApplyLong() => false;

    ReadOnlyMemory<byte> IBroadcasterSession.UnloggedFor(Attachment attachment) => default;

    void IBroadcasterSession.ExpireAwareness()
    {
    }

    void IBroadcasterSession.Refuse(Attachment attachment, RefusalReason reason) =>
        Refused.Add((attachment, reason));

    public void Dispose() => Bench.Dispose();
}
