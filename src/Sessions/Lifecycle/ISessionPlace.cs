namespace Relay.Sessions;

/// <summary>A session's place among the sessions of its node.</summary>
internal interface ISessionPlace
{
    /// <summary>Takes the session out of the way of the next one, unless a connection is about to join it.</summary>
    bool TryRetire();

    /// <summary>Takes a session that failed out of the way of the next one.</summary>
    void Retire();

    /// <summary>The session has freed everything: the next one of its document may load.</summary>
    void OnFreed();
}
