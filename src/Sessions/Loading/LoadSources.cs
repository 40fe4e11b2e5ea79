using Relay.Backplane;
using Relay.Persistence;

namespace Relay.Sessions;

/// <summary>Where a document is loaded from.</summary>
internal sealed record LoadSources(
    IDocumentChannel Channel,
    IPeers Peers,
    DurableStateReader Durable,
    IDocumentLog Log,
    ISnapshotStore Snapshots,
    ISaveJobs Jobs);
