namespace Relay.Backplane;

/// <summary>What a log entry says. The numbers are on disk and on the wire.</summary>
public enum EntryKind : byte
{
    /// <summary>The payload is a Yjs update, format V1.</summary>
    Update = 1,

    /// <summary>
    /// The document was deleted; the payload is empty. Sessions that meet it drop their state and never reconcile
    /// across it.
    /// </summary>
    Deleted = 2,

    /// <summary>
    /// A document that was deleted is created again, without anything in it; the payload is empty. Only a log that
    /// begins with this goes on after a deletion.
    /// </summary>
    Created = 3,
}
