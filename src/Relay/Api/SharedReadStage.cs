namespace Relay.Api;

/// <summary>How far a read has come. Callers join it before it is under way.</summary>
internal enum SharedReadStage
{
    /// <summary>It waits for the read of the same document before it.</summary>
    Following,

    /// <summary>It waits for its turn.</summary>
    Queued,

    /// <summary>It looks at the stores.</summary>
    UnderWay,

    /// <summary>It has ended, or all its callers have given it up.</summary>
    Over,
}
