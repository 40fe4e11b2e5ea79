namespace Relay.Protocols.Hocuspocus;

/// <summary>What a message asks of the socket.</summary>
internal enum HocuspocusMessageKind
{
    /// <summary>It goes to the document.</summary>
    Document,

    /// <summary>It opens the document, or renews the right to it.</summary>
    Token,

    /// <summary>The client leaves the document and keeps the socket.</summary>
    Close,

    /// <summary>What only servers may say to each other.</summary>
    Forbidden,

    /// <summary>Of a type that this node does not know.</summary>
    Unknown,

    /// <summary>Only presence that ends: goes to the document.</summary>
    Goodbye,

    /// <summary>An application's own message that is too large, or comes too soon after others.</summary>
    DroppedStateless,

    /// <summary>It does not read, although its address does.</summary>
    Unreadable,

    /// <summary>Larger than the limit: only its beginning was kept.</summary>
    TooLarge,
}
