namespace Relay.Sessions;

/// <summary>How the merging of one snapshot into a document ended.</summary>
internal enum SnapshotMergeStep
{
    /// <summary>Its content is in the document.</summary>
    Merged,

    /// <summary>It does not read.</summary>
    Unreadable,

    /// <summary>It is no longer there: what is stored moved since it was listed.</summary>
    Moved,

    /// <summary>It is a tombstone: snapshots older than this one do not count.</summary>
    Deleted,
}
