namespace Relay.Sessions;

/// <summary>
/// Why a session refuses or ends what it was asked for: a connection, an update, a read, a save. Each protocol has a
/// table of its own for what its client is told.
/// </summary>
internal enum RefusalReason
{
    /// <summary>The request was done; there is no refusal.</summary>
    None,

    /// <summary>A message of the client does not read.</summary>
    BadMessage,

    /// <summary>An update of the client does not read.</summary>
    BadUpdate,

    /// <summary>The document was deleted.</summary>
    DocumentDeleted,

    /// <summary>The document has as many connections as it may have.</summary>
    DocumentIsFull,

    /// <summary>The document would grow beyond its limit.</summary>
    DocumentTooLarge,

    /// <summary>What is stored of the document does not read.</summary>
    DocumentUnreadable,

    /// <summary>The session met a bug; its state in memory is dropped.</summary>
    InternalError,

    /// <summary>The node has no memory left for the document, or for what it would grow by.</summary>
    NodeIsFull,

    /// <summary>A store could not be reached.</summary>
    StoreUnavailable,
}
