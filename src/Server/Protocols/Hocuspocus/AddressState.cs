namespace Relay.Protocols.Hocuspocus;

/// <summary>
/// How a document stands on one socket; <see cref="HocuspocusRules"/> says what a message to it is answered with.
/// </summary>
internal enum AddressState
{
    /// <summary>Unknown: never opened here, or forgotten.</summary>
    Unknown,

    /// <summary>It is open, or is being loaded; then its messages wait at the session.</summary>
    Open,

    /// <summary>Messages came before a token. They are kept, and the client has been asked for its token.</summary>
    Asked,

    /// <summary>The client closed it. Another provider of the same socket may still take it for open.</summary>
    Left,

    /// <summary>The last token, or the name, was refused.</summary>
    Denied,

    /// <summary>The node closed it, for what the client did or for what became of it.</summary>
    Closed,
}
