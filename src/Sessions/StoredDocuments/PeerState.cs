using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>What one node tells another that is about to load a document which it holds.</summary>
/// <param name="Position">The last log entry in <paramref name="Document"/>.</param>
/// <param name="Saved">The newest snapshot after whose storing the log was still seen to hold its position;
/// <see cref="Position.None"/> for none.</param>
/// <param name="Unreadable">Stored snapshots that are known not to read.</param>
/// <param name="Document">The whole document up to the position as an update of its content.</param>
/// <param name="Unlogged">What clients of that node share among themselves while the log is away, as an update;
/// empty if there is none. It is in no log: its holder appends it.</param>
/// <param name="Awareness">The presence of all clients, y-protocols encoding; empty if there is none.</param>
internal sealed record PeerState(
    Position Position,
    Position Saved,
    IReadOnlySet<Position> Unreadable,
    ReadOnlyMemory<byte> Document,
    ReadOnlyMemory<byte> Unlogged,
    ReadOnlyMemory<byte> Awareness)
{
    /// <summary>What may stand beside the rest.</summary>
    public OptionalFields Fields { get; init; }

    /// <summary>
    /// The stored snapshots all of which is in the document, by the ids in their positions; set in place of all fields.
    /// </summary>
    public IReadOnlyCollection<EntryId> Covers
    {
        get => CoveredSnapshotsField.In(Fields);
        init => Fields = CoveredSnapshotsField.Of(value);
    }
}
