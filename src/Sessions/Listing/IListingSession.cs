namespace Relay.Sessions;

/// <summary>What the locator listing asks its session, and tells it.</summary>
internal interface IListingSession
{
    /// <summary>Whether a connection waits for the session to come back.</summary>
    bool IsWanted { get; }

    /// <summary>An addition has ended that was not part of the load; the session may go on leaving.</summary>
    void OnAdditionEnded();

    /// <summary>
    /// This node is out of the locator, or cannot be removed, and no connection came meanwhile.
    /// </summary>
    void OnRemoved();

    /// <summary>This node is back in the locator, or is listed later.</summary>
    void OnReturned();
}
