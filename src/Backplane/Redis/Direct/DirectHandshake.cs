using System.Buffers;
using System.Net.Sockets;
using System.Text;

namespace Relay.Backplane;

/// <summary>Connects to a server and agrees on version 3 of the protocol, in which answers and messages share a
/// connection.</summary>
/// <remarks>
/// It blocks a thread of its own: a socket that was once waited for asynchronously stays with .NET's thread for
/// sockets, which would be woken for all that comes.
/// </remarks>
internal static class DirectHandshake
{
    private const string ClientName = "relay-direct";
    private const int MaxAnswer = 16 << 10;

    /// <exception cref="IOException">There is no connection, or the server is not what was looked for.</exception>
    public static async Task<Socket> OpenAsync(
        DirectTarget target, TimeSpan deadline, TimeProvider time, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            SendTimeout = (int)deadline.TotalMilliseconds,
            ReceiveTimeout = (int)deadline.TotalMilliseconds,
        };
        var opening = Task.Factory.StartNew(
            () => Open(socket, target), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            await opening.WaitAsync(deadline, time, cancellation);
            socket.Blocking = false;
            return socket;
        }
        catch (Exception e)
        {
            // The thread fails then, unseen.
            socket.Dispose();
            _ = opening.ContinueWith(static late => late.Exception, CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
            throw e is SocketException or TimeoutException or ObjectDisposedException
                ? new IOException($"No connection: {e.Message}", e)
                : e;
        }
    }

    private static void Open(Socket socket, DirectTarget target)
    {
        socket.Connect(target.EndPoint);
        var greeting = new ArrayBufferWriter<byte>();
        var expected = WriteGreeting(greeting, target);
        socket.Send(greeting.WrittenSpan);
        var answer = new byte[MaxAnswer];
        var (filled, at) = (0, 0);
        for (var i = 0; i < expected; i++)
        {
            var reply = RespReader.Read(answer.AsSpan(at..filled));
            while (reply.Outcome != RespOutcome.Whole)
            {
                var read = reply.Outcome == RespOutcome.Partial ? socket.Receive(answer.AsSpan(filled)) : 0;
                filled += read > 0 ? read : throw new IOException("The server does not answer as Redis does.");
                reply = RespReader.Read(answer.AsSpan(at..filled));
            }

            if (reply.Kind == RespKind.Error)
            {
                throw new IOException($"Redis refuses it: {Encoding.UTF8.GetString(reply.Content)}");
            }

            if (i == 0 && answer.AsSpan(at, reply.Length).IndexOf("\r\nrole\r\n$6\r\nmaster\r\n"u8) < 0)
            {
                throw new IOException("The server is no primary.");
            }

            at += reply.Length;
        }
    }

    /// <summary>Returns how many answers there will be.</summary>
    private static int WriteGreeting(ArrayBufferWriter<byte> greeting, DirectTarget target)
    {
        var isProven = !string.IsNullOrEmpty(target.Password);
        RespWriter.Begin(greeting, isProven ? 7 : 4);
        RespWriter.Write(greeting, "HELLO"u8);
        RespWriter.Write(greeting, 3);
        if (isProven)
        {
            RespWriter.Write(greeting, "AUTH"u8);
            RespWriter.Write(greeting, string.IsNullOrEmpty(target.User) ? "default" : target.User);
            RespWriter.Write(greeting, target.Password!);
        }

        RespWriter.Write(greeting, "SETNAME"u8);
        RespWriter.Write(greeting, ClientName);
        if (target.Database == 0)
        {
            return 1;
        }

        RespWriter.Begin(greeting, 2);
        RespWriter.Write(greeting, "SELECT"u8);
        RespWriter.Write(greeting, target.Database);
        return 2;
    }
}
