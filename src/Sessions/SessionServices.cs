using Relay.Backplane;
using Relay.DocLocator;
using Relay.Persistence;

namespace Relay.Sessions;

/// <summary>
/// What all sessions of a node share. Without a recorder no metadata of documents is kept; without a node's memory only
/// each document has a limit; without a budget answers that are kept have no limit.
/// </summary>
internal sealed record SessionServices(
    IDocumentLog Log,
    IDocumentChannel Channel,
    ISaveJobs Jobs,
    IDocumentLocator Locator,
    IPeers Peers,
    ISnapshotStore Snapshots,
    DurableStateReader Durable,
    ReconcileGate Gate,
    SessionEnvironment Environment,
    SessionSettings Settings,
    SessionMetrics Metrics,
    ILogger<DocumentSession> Logger,
    IRoomRecorder? Rooms = null,
    NodeMemory? Memory = null,
    AnswerBudget? Answers = null)
{
    /// <summary>Where documents are loaded from.</summary>
    public LoadSources LoadSources { get; } = new(Channel, Peers, Durable, Log, Snapshots, Jobs);

    /// <summary>What the sessions add up to.</summary>
    public DocumentTotals Totals { get; } = new();

    /// <summary>Finds the sessions for which the log does not answer.</summary>
    public AppendWatch AppendWatch { get; } = new(Environment.Time, Settings.UnloggedGrace);

    /// <summary>Removals from the locator of which it is not known whether they still take effect.</summary>
    public LateRemovals LateRemovals { get; } = new();
}
