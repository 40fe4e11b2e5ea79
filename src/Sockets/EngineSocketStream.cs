using System.Net.Sockets;

namespace Relay.Sockets;

/// <summary>A stream that waits as .NET's sockets do, on every system.</summary>
internal sealed class EngineSocketStream : SocketStream
{
    private readonly NetworkStream waiting;

    public EngineSocketStream(Socket socket)
        : this(socket, new NetworkStream(socket, ownsSocket: false))
    {
    }

    // A NetworkStream asks for a socket that blocks, when it is made.
    private EngineSocketStream(Socket socket, NetworkStream waiting)
        : base(socket) => this.waiting = waiting;

    protected override ValueTask<int> ReadLaterAsync(Memory<byte> buffer, CancellationToken cancellation) =>
        waiting.ReadAsync(buffer, cancellation);

    protected override ValueTask WriteLaterAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellation) =>
        waiting.WriteAsync(buffer, cancellation);
}
