namespace Relay.Connections.Sockets;

/// <summary>What a <see cref="SocketLoop"/> tells.</summary>
internal interface ISocketEvents
{
    /// <summary>The socket has become readable, or writable, or both; also at its end. Called on the loop's thread; throws nothing.</summary>
    void OnReady(bool readable, bool writable);
}
