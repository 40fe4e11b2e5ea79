namespace Relay.Sessions;

/// <summary>What moves a session from one stage to another.</summary>
internal enum SessionEvent
{
    /// <summary>The document is put together.</summary>
    Loaded,

    /// <summary>A connection joined.</summary>
    Joined,

    /// <summary>The last connection has been gone for as long as an unused document stays.</summary>
    IdleTimeEnded,

    /// <summary>No call is under way, and everything is saved that must be.</summary>
    Settled,

    /// <summary>This node is back in the locator, because a connection came while it was taken out.</summary>
    Relisted,

    /// <summary>This node is out of the locator, and no connection is on its way.</summary>
    Left,

    /// <summary>
    /// The document cannot be loaded or is deleted, or a handler failed: the session gives up its connections.
    /// </summary>
    Failed,
}
