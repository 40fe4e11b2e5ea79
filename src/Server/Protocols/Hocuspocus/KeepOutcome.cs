namespace Relay.Protocols.Hocuspocus;

/// <summary>Whether a message to a document that is not open could be kept for it.</summary>
internal enum KeepOutcome
{
    Kept,

    /// <summary>The socket has too much of that already.</summary>
    TooMuch,

    /// <summary>All sockets together have.</summary>
    NoRoom,
}
