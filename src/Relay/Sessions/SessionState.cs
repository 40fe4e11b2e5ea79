namespace Relay.Sessions;

/// <summary>
/// The stages of a session's life, in their order; <see cref="Draining"/> may go back to <see cref="Live"/>.
/// </summary>
internal enum SessionState
{
    /// <summary>The document is put together; connections wait.</summary>
    Loading,

    /// <summary>The document is in memory and connections are served.</summary>
    Live,

    /// <summary>
    /// No connection has come for a while: the document is saved, then this node is taken out of the locator. A
    /// connection that comes takes the session up again.
    /// </summary>
    Draining,

    /// <summary>The session is over. What is still under way has no effect any more.</summary>
    Closed,
}
