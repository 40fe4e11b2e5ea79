using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>The fields of a record beside its document and its payload.</summary>
/// <param name="Kind">What the record says.</param>
/// <param name="EntryKind">For <see cref="RecordKind.Entry"/>, the entry's kind; otherwise 0.</param>
/// <param name="Time">When it was written first, in µs since 1970.</param>
/// <param name="Position">The entry; for a checkpoint the saved position; for a drop the log's end.</param>
/// <param name="OtherOffset">For an entry its offset less one; for a checkpoint the offset of the last trimmed entry, 0
/// for none; otherwise 0.</param>
/// <param name="OtherId">The id of the entry at <paramref name="OtherOffset"/>; <see cref="EntryId.None"/> for
/// none.</param>
internal readonly record struct RecordHeader(
    RecordKind Kind,
    EntryKind EntryKind,
    long Time,
    Position Position,
    long OtherOffset,
    EntryId OtherId)
{
    /// <summary>What newer versions add to the record.</summary>
    public OptionalFields Fields { get; init; }

    /// <summary>
    /// Why this version refuses the record and so its document, in the words that follow "it"; null if it does not.
    /// </summary>
    public string? Refusal =>
        Kind > RecordKind.Damage ? $"is of the unknown kind {(byte)Kind}: a newer version of Relay wrote it"
        : Kind == RecordKind.Entry && EntryKind is < EntryKind.Update or > EntryKind.Created
            ? $"is an entry of the unknown kind {(byte)EntryKind}: a newer version of Relay wrote it"
        : Fields.IsEmpty ? null
        : Fields.Refusal;
}
