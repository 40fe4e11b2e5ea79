namespace Relay.Protocols.Hocuspocus;

/// <summary>What a socket's own bounds say about a message that was read well.</summary>
internal enum ScreenOutcome
{
    Pass,

    /// <summary>An application's own message that is too large, or comes too soon after others.</summary>
    DropStateless,

    /// <summary>There was too much presence that does not read: the document is closed.</summary>
    EndDocument,

    /// <summary>As much again came after that: the socket is closed.</summary>
    EndSocket,
}
