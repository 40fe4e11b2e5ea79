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
    EntryId OtherId);
