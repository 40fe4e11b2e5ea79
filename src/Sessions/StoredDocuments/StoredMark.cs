using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// What a reading found stored. While the store lists the same snapshots, and the log has the same end, the state is
/// the same.
/// </summary>
/// <param name="Listing">All snapshots that were listed, newest first.</param>
/// <param name="End">The end of the log, or the newest snapshot's position where there was no log.</param>
/// <param name="HasLog">Whether there was a log.</param>
internal sealed record StoredMark(IReadOnlyList<SnapshotInfo> Listing, Position End, bool HasLog);
