namespace Relay.Links;

/// <summary>What a message says about its node as a holder of the document.</summary>
internal enum HolderNews
{
    /// <summary>The message is of a session that has ended.</summary>
    Outdated,

    /// <summary>The node was known to hold the document.</summary>
    Known,

    /// <summary>The node was not known to, or has opened the document anew.</summary>
    New,
}
