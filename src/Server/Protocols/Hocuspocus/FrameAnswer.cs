namespace Relay.Protocols.Hocuspocus;

/// <summary>What a socket does about one message.</summary>
internal enum FrameAnswer
{
    /// <summary>No answer.</summary>
    Ignore,

    /// <summary>The message goes to the document's session.</summary>
    HandIn,

    /// <summary>The token is checked, and the document opened or denied.</summary>
    Check,

    /// <summary>The token is checked, and the right to the document changed or ended.</summary>
    Renew,

    /// <summary>
    /// The message is kept. Where no token is needed the document is opened; otherwise the client is asked for a
    /// token. If none comes, the document is denied; if it was open before, the socket is closed.
    /// </summary>
    OpenOrAsk,

    /// <summary>The message is kept until the token comes.</summary>
    Keep,

    /// <summary>The message is dropped, and the refusal is said again, at most once a second.</summary>
    RefuseAgain,

    /// <summary>The document is left. If it is not opened again at once, the client is asked for a token.</summary>
    Leave,

    /// <summary>What waits for the document, or was refused, is forgotten.</summary>
    Forget,

    /// <summary>The message is dropped, and the node's log says so.</summary>
    DropStateless,

    /// <summary>The document is closed: the message cannot be read.</summary>
    CloseUnreadable,

    /// <summary>The document is closed: only servers may send the message.</summary>
    CloseForbidden,

    /// <summary>The document is closed: the message was too large, and was skipped.</summary>
    CloseTooLarge,
}
