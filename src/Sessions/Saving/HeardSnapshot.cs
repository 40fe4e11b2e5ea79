namespace Relay.Sessions;

/// <summary>What a snapshot that a node has stored means for a session.</summary>
internal enum HeardSnapshot
{
    /// <summary>A newer one of the session's history is known, or it is ahead of the session.</summary>
    NotNewer,

    /// <summary>The session had another entry at its position: a failover has lost the session's history.</summary>
    OfOtherHistory,

    /// <summary>It is the newest one of the session's history.</summary>
    Newest,
}
