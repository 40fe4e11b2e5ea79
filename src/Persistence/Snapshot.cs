using Relay.Yjs;

namespace Relay.Persistence;

/// <summary>What a snapshot says. The numbers are in stored snapshots.</summary>
public enum SnapshotKind : byte
{
    /// <summary>The whole encoded document.</summary>
    State = 1,

    /// <summary>The document was deleted at this position; the update is empty.</summary>
    Tombstone = 2,
}

/// <summary>A whole encoded document.</summary>
/// <param name="Document">Whose state it is.</param>
/// <param name="Kind">State or tombstone.</param>
/// <param name="Position">The last log entry that it covers.</param>
/// <param name="WrittenAt">When its writer made it, UTC, kept to the millisecond.</param>
/// <param name="Update">The document as a Yjs update, format V1; empty for a tombstone.</param>
public sealed record Snapshot(DocumentName Document, SnapshotKind Kind, Position Position, DateTimeOffset WrittenAt,
    ReadOnlyMemory<byte> Update)
{
    /// <summary>So many of the newest listed snapshots are looked at, and named by others.</summary>
    public const int MostCovered = 128;

    /// <summary>What may stand beside the state; none for a tombstone, which is known by its length.</summary>
    public OptionalFields Fields { get; init; }

    /// <summary>
    /// The stored snapshots all of which is in this one, by the ids in their positions; set in place of all fields.
    /// Positions alone do not say it: after a failover that lost entries, one with a lower offset may be of another
    /// history. Never a tombstone.
    /// </summary>
    public IReadOnlyList<EntryId> Covers
    {
        get => CoveredSnapshotsField.In(Fields);
        init => Fields = CoveredSnapshotsField.Of(value);
    }
}

/// <summary>A stored snapshot as a listing shows it, without reading it.</summary>
/// <param name="Position">The position in its name.</param>
/// <param name="Bytes">Its stored length, header and checksum included.</param>
/// <param name="StoredAt">When the store took it, by the store's clock.</param>
public readonly record struct SnapshotInfo(Position Position, long Bytes, DateTimeOffset StoredAt)
{
    /// <summary>
    /// Whether it says that the document was deleted: every state has an update, so only a tombstone is that short.
    /// </summary>
    public bool IsTombstoneOf(DocumentName document) => Bytes == SnapshotFormat.LengthOf(document, 0);
}

/// <summary>How reading a snapshot ended.</summary>
public enum SnapshotReadOutcome
{
    /// <summary>It was read and checked.</summary>
    Read,

    /// <summary>It is not there (any more): a listing may be older than a pruning.</summary>
    Gone,

    /// <summary>
    /// Its bytes are not what was written: <see cref="SnapshotReadResult.Problem"/> says what is wrong.
    /// </summary>
    Unreadable,
}

/// <summary>The answer to a read.</summary>
public sealed record SnapshotReadResult(SnapshotReadOutcome Outcome, Snapshot? Snapshot = null, string? Problem = null);
