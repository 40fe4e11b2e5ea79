namespace Relay.Yjs.Costs;

/// <summary>What a struct comes after or before.</summary>
internal enum OriginKind
{
    /// <summary>Nothing: it names its parent.</summary>
    None,

    /// <summary>The clock before its own.</summary>
    Previous,

    /// <summary>The first clock of its client.</summary>
    First,

    /// <summary>The same clock of the client with the next id.</summary>
    NextClient,

    /// <summary>The same clock of the client with the id before: with the next one's, a circle.</summary>
    PreviousClient,

    /// <summary>Half of its own clock, of client 1.</summary>
    Half,

    /// <summary>A client that is not there.</summary>
    Unknown,
}
