namespace Relay.Protocols.Hocuspocus;

/// <summary>What is due for a document that is not open.</summary>
internal enum AbsentStep
{
    /// <summary>
    /// The client closed it and did not open it again: if another provider of the socket has it, that one has to say
    /// so.
    /// </summary>
    AskForToken,

    /// <summary>
    /// No token came, and the document was never open on this socket: the client is told that it needs one.
    /// </summary>
    Deny,

    /// <summary>
    /// No token came from a provider that took the document for open: only a new socket makes it start again.
    /// </summary>
    ComeBack,
}
