namespace Relay.Sessions;

/// <summary>A session's place among the sessions of its node.</summary>
internal interface ISessionPlace
{
    /// <summary>Removes the session from its node, unless a connection is about to join it.</summary>
    bool TryRetire();

    /// <summary>Removes a session that failed from its node.</summary>
    void Retire();

    /// <summary>The session has freed everything: the next one of its document may load.</summary>
    void OnFreed();
}
