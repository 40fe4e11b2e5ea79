namespace Relay.Sockets.WebSockets;

/// <summary>How far a socket's end is; <see cref="ClosingTransitions"/> says what follows what.</summary>
internal enum ClosingStage
{
    /// <summary>Both sides may send.</summary>
    Open,

    /// <summary>This side has closed, by itself or in answer to the client, and waits for the client's part.</summary>
    Closing,

    /// <summary>There is no connection any more, or no use in it.</summary>
    Ended,
}
