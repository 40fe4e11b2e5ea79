namespace Relay.Sessions;

/// <summary>How setting a snapshot aside ended.</summary>
internal enum SetAsideOutcome
{
    /// <summary>It is out of the way.</summary>
    Done,

    /// <summary>It is not there (any more).</summary>
    Gone,

    /// <summary>It reads, so it is in nobody's way.</summary>
    Reads,

    /// <summary>Something would be lost, and nobody has said that it may be.</summary>
    WouldLose,
}
