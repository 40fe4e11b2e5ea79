namespace Relay.Bench.Hostile;

/// <summary>What a server says that inputs wait for.</summary>
internal enum Answer
{
    /// <summary>A message that no input waits for.</summary>
    Other,

    /// <summary>The token is accepted.</summary>
    Authenticated,

    /// <summary>The token is refused, or none came in time.</summary>
    Denied,

    /// <summary>The server asks what the client has.</summary>
    Question,

    /// <summary>The client has asked what it lacks, and has all of it now.</summary>
    State,

    /// <summary>An update is taken or refused.</summary>
    Status,

    /// <summary>The document is closed for this client.</summary>
    Closed,
}
