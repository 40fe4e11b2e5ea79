namespace Relay.Sessions;

/// <summary>What is recorded of one session. Thread-safe; no call waits or throws.</summary>
internal interface IRoomActivity
{
    /// <summary>Makes the record of a connection that may join the session.</summary>
    /// <param name="userId">Whose it is; null where that is not known.</param>
    /// <param name="protocol">What it speaks, as people who look at connections read it.</param>
    ConnectionActivity Connection(string? userId, string protocol);

    /// <summary>The session has stored a snapshot.</summary>
    /// <param name="size">Its bytes.</param>
    void Saved(long size);

    /// <summary>The session's figures changed for the first time since the record was last read.</summary>
    void Changed();

    /// <summary>The session is closed.</summary>
    void Leave();
}
