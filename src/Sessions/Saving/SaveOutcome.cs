using Relay.Backplane;
using Relay.Persistence;

namespace Relay.Sessions;

/// <summary>How a save ended.</summary>
/// <param name="Claim">Whether this node was to save, and what was saved before.</param>
/// <param name="Stands">
/// Whether the log still has the snapshot's position after it was stored; null if no snapshot was stored, or if the log
/// could not be asked.
/// </param>
/// <param name="Listing">All snapshots that were listed after it was stored; empty if they were not.</param>
internal readonly record struct SaveOutcome(SaveClaim Claim, bool? Stands, IReadOnlyList<SnapshotInfo> Listing);
