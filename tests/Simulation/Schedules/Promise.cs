namespace Relay.Simulation;

/// <summary>
/// Which faults a schedule may have together: under them no update that was acknowledged or shown may be lost.
/// </summary>
internal enum Promise
{
    /// <summary>
    /// Nodes fail in any way, services are away or lose calls and messages; what the log and the snapshot store have,
    /// they keep.
    /// </summary>
    AnyNode,

    /// <summary>
    /// The log is lost or goes back to an earlier state, at any time; nodes that are killed have told the others
    /// everything before.
    /// </summary>
    AnyLog,

    /// <summary>Nodes fail in any way, and the log goes back to what the replicas have that answered.</summary>
    ReplicatedLog,
}
