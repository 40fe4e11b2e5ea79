namespace Relay.Backplane;

/// <summary>What a record of a segment file says. The numbers are on disk.</summary>
internal enum RecordKind : byte
{
    /// <summary>An entry of a document's log.</summary>
    Entry = 1,

    /// <summary>
    /// Up to where a snapshot covers a document's log, and up to where the log is trimmed. The one that reaches
    /// farthest counts.
    /// </summary>
    Checkpoint = 2,

    /// <summary>
    /// A document's log expired: all that was written before this about its epoch, and about older ones, counts no
    /// longer.
    /// </summary>
    Dropped = 3,

    /// <summary>
    /// A document's log is damaged; the payload is the sentence that says how. Written when the segment with the damage
    /// is set aside.
    /// </summary>
    Damage = 4,
}
