namespace Relay.Api;

/// <summary>How far a shared call has come. Callers join it before it is under way.</summary>
internal enum SharedCallStage
{
    /// <summary>It waits for the call with the same key before it.</summary>
    Following,

    /// <summary>It waits for its turn.</summary>
    Queued,

    /// <summary>It looks at the store.</summary>
    UnderWay,

    /// <summary>It has ended, or all its callers have given it up.</summary>
    Over,
}
