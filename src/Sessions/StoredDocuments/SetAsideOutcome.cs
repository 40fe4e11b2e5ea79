namespace Relay.Sessions;

/// <summary>How setting a snapshot aside ended.</summary>
internal enum SetAsideOutcome
{
    /// <summary>It is set aside.</summary>
    Done,

    /// <summary>It is not there (any more).</summary>
    Gone,

    /// <summary>It reads, so it stays.</summary>
    Reads,

    /// <summary>Content would be lost, and the caller does not accept a loss.</summary>
    WouldLose,
}
