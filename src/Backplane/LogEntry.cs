using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>An entry as its writer hands it in, before it has a position.</summary>
/// <param name="Id">Random, never <see cref="EntryId.None"/>.</param>
/// <param name="Kind">What the entry says.</param>
/// <param name="Payload">The Yjs update (format V1), or no bytes. The log does not keep the memory after the append has
/// completed.</param>
public readonly record struct LogEntry(EntryId Id, EntryKind Kind, ReadOnlyMemory<byte> Payload)
{
    /// <summary>
    /// For a repeated append: the ids of the tries whose outcome is unknown. An entry of one of these is this one. The
    /// tries have all but their ids in common; the entry's own id may be among them.
    /// </summary>
    public ReadOnlyMemory<EntryId> Earlier { get; init; }

    /// <summary>
    /// For a repeated append: a position that the caller's document had before the first try, so a log that has it need
    /// not be searched up to there. <see cref="Position.None"/> if none is known.
    /// </summary>
    public Position EarlierAfter { get; init; }

    /// <summary>What newer versions add to an entry; stored and delivered with it.</summary>
    public OptionalFields Fields { get; init; }

    /// <summary>Whether it has an id, a kind, and a payload that the kind has.</summary>
    internal bool IsWhole =>
        !Id.IsNone && (Kind == EntryKind.Update || (Kind is EntryKind.Deleted or EntryKind.Created && Payload.IsEmpty));
}

/// <summary>An entry as it stands in the log.</summary>
/// <param name="Position">Where it stands.</param>
/// <param name="Previous">The id of the entry before it; <see cref="EntryId.None"/> for the first of an epoch.</param>
/// <param name="Kind">What the entry says.</param>
/// <param name="Payload">The Yjs update (format V1), or no bytes. Not changed while the reader holds
/// it.</param>
public readonly record struct LoggedEntry(Position Position, EntryId Previous, EntryKind Kind,
    ReadOnlyMemory<byte> Payload)
{
    /// <summary>What its writer added. None of them is one that a reader of this version must know.</summary>
    public OptionalFields Fields { get; init; }
}
