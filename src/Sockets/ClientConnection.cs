using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Relay.Sockets;

/// <summary>
/// A client's connection as Kestrel sees it: bytes are read from the socket when Kestrel asks for them and not before,
/// so that nothing is under way when the socket changes hands.
/// </summary>
internal sealed class ClientConnection
    : DefaultConnectionContext, ISocketHandover, IConnectionSocketFeature, IBriefConnection
{
    /// <summary>
    /// How long a connection may stay for which there is no place: a request and its answer take less.
    /// </summary>
    private static readonly TimeSpan BriefStay = TimeSpan.FromSeconds(5);

    private static long connections;

    private readonly Socket socket;
    private readonly SocketStream stream;
    private readonly IDuplexPipe own;
    private readonly ITimer? end;
    private bool isHandedOver;

    /// <param name="socket">The client's socket.</param>
    /// <param name="brief">The clock for a connection that has to end soon, because there is no place for it; null for
    /// one that may stay.</param>
    /// <exception cref="SocketException">The client is gone already.</exception>
    public ClientConnection(Socket socket, TimeProvider? brief = null)
        : base(Interlocked.Increment(ref connections).ToString("x", System.Globalization.CultureInfo.InvariantCulture))
    {
        this.socket = socket;
        socket.NoDelay = true;
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = socket.RemoteEndPoint;

        // Last: a loop watches it from here on, so nothing that follows may fail.
        stream = OperatingSystem.IsLinux() && SocketLoop.IsSupported
            ? new LoopSocketStream(socket)
            : new EngineSocketStream(socket);
        Transport = own = new Pair(
            PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true, useZeroByteReads: true)),
            PipeWriter.Create(
                new ServerOutput(stream,
                    failed => Abort(new ConnectionAbortedException("The client is gone.", failed))),
                    new StreamPipeWriterOptions(leaveOpen: true)));
        Features.Set<ISocketHandover>(this);
        Features.Set<IConnectionSocketFeature>(this);
        if (brief is not null)
        {
            Features.Set<IBriefConnection>(this);
            end = brief.CreateTimer(
                _ => Abort(new ConnectionAbortedException("There is no place for this connection.")),
                null,
                BriefStay,
                Timeout.InfiniteTimeSpan);
        }
    }

    Socket IConnectionSocketFeature.Socket => socket;

    public SocketStream? TryTake()
    {
        if (isHandedOver || Transport != own)
        {
            // TLS, for one, stands between the socket and the request.
            return null;
        }

        isHandedOver = true;
        var unread = ReadOnlyMemory<byte>.Empty;
        if (own.Input.TryRead(out var early))
        {
            unread = early.Buffer.ToArray();
            own.Input.AdvanceTo(early.Buffer.End);
        }

        stream.BeginService(unread);
        return stream;
    }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        if (!isHandedOver)
        {
            stream.Abort();
        }

        base.Abort(abortReason);
    }

    public override async ValueTask DisposeAsync()
    {
        if (end is not null)
        {
            await end.DisposeAsync();
        }

        await own.Input.CompleteAsync();
        await own.Output.CompleteAsync();
        if (!isHandedOver)
        {
            await stream.DisposeAsync();
        }

        // Not the base's: it disposes the source that its Abort cancels later on another thread, where nobody catches
        // what that throws.
    }

    private sealed record Pair(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
