using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>The sentences for records for which their document is refused.</summary>
internal static class DamageText
{
    /// <summary>The sentence for an entry whose bytes do not read.</summary>
    public static string OfEntry(DocumentName document, Position position, in RecordPlace place) =>
        $"The log of document '{document}' is damaged: the bytes of its entry {position} in {place.Segment.Path} at "
            + $"offset {place.At} are not those that were written.";

    /// <summary>The sentence for a record that this version does not understand.</summary>
    public static string OfUnknown(DocumentName document, string refusal, Segment segment, long at) =>
        $"The log of document '{document}' does not read: the record in {segment.Path} at offset {at} {refusal}. It is "
            + "kept as it is.";
}
