using Relay.Doubles;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>A saver without a session around it.</summary>
internal sealed class SaverWorld : ISaverSession, IDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(60);

    private readonly LoggedDocument content = new(
        new YjsContentKind(true), new GrowthLimit(1 << 20, NodeMemory.Unlimited.Open()), new RoomFigures());

    private ulong typed;
    private ulong ids;

    public SaverWorld(SessionSettings? settings = null)
    {
        Snapshots = new MemorySnapshots(Bench.Time);
        var context = Bench.Context(settings ?? SessionDefaults.Value with { SaveInterval = Interval });
        var writer = new SnapshotWriter(context, Backplane, Backplane, Snapshots, null);
        Saver = new Saver(context, content, writer, new RoomFigures(), this);
    }

    public PartBench Bench { get; } = new();

    public MemoryBackplane Backplane { get; } = new();

    public MemorySnapshots Snapshots { get; }

    public Saver Saver { get; }

    public List<string> Told { get; } = [];

    /// <summary>Whether a save began in the very step in which the last update was applied.</summary>
    public bool HasBegunAtOnce { get; private set; }

    public Position Position { get; private set; }

    public bool IsWhole { get; set; } = true;

    public bool IsBeingLeft { get; set; }

    public bool IsSaveRequested { get; set; }

    /// <summary>Another update is in the log, and in the document.</summary>
    public void Type(string text = "a")
    {
        var update = Messages.Typed(1, typed, text);
        typed += (ulong)text.Length;
        Position = Backplane.AppendElsewhere(World.Name, ++ids, update).Position;
        Bench.Do(() =>
        {
            Assert.True(content.TryApply(update, out _, out _));
            Told.Clear();
            Saver.OnApplied(update.Length);
            HasBegunAtOnce = Told.Count > 0;
        });
    }

    void ISaverSession.OnSaveBegun(Position position) => Told.Add($"begun {position}");

    void ISaverSession.OnStored(Position position) => Told.Add($"stored {position}");

    void ISaverSession.OnSaveFailed() => Told.Add("failed");

    void ISaverSession.OnHistoryLost() => Told.Add("history lost");

    void ISaverSession.OnSnapshotLacking() => Told.Add("snapshot lacking");

    void ISaverSession.OnPositionTaken() => Told.Add("position taken");

    void ISaverSession.OnSaveEnded() => Told.Add("ended");

    public void Dispose() => Bench.Dispose();
}
