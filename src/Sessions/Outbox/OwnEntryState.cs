namespace Relay.Sessions;

/// <summary>What a session knows of a log entry that the channel brings.</summary>
internal enum OwnEntryState
{
    /// <summary>It is another session's, or is remembered no longer.</summary>
    NotOwn,

    /// <summary>
    /// Its append is in flight: the session has the payload, and learns from the channel where the entry is.
    /// </summary>
    InFlight,

    /// <summary>The session has it at this very position, from the answer to its append.</summary>
    Answered,
}
