namespace Relay.Sessions;

/// <summary>The stages of a session's life; <see cref="SessionTransitions"/> says how they follow each other.</summary>
internal enum SessionStage
{
    /// <summary>The document is put together; connections wait.</summary>
    Loading,

    /// <summary>The document is in memory and connections are served.</summary>
    Live,

    /// <summary>
    /// No connection has come for a while: what is under way ends, and the document is saved. A connection that comes
    /// takes the session up again at once.
    /// </summary>
    Draining,

    /// <summary>
    /// This node is taken out of the locator. A connection that comes takes the session up again once this node is back
    /// in the locator.
    /// </summary>
    Leaving,

    /// <summary>The session is over. What is still under way has no effect any more.</summary>
    Closed,
}
