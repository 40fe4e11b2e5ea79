namespace Relay.Sockets;

/// <summary>What a <see cref="SocketLoop"/> tells.</summary>
internal interface ISocketEvents
{
    /// <summary>
    /// The socket has become readable, or writable, or both; also at its end. Called on the loop's thread; throws
    /// nothing.
    /// </summary>
    /// <param name="readable">There may be something to read.</param>
    /// <param name="writable">There may be room to write.</param>
    /// <param name="ended">Nothing more comes after what there is to read. That is said once, and perhaps together with
    /// the last bytes.</param>
    void OnReady(bool readable, bool writable, bool ended);
}
