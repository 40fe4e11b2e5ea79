using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using Relay.Backplane.Support;
using Relay.Startup;

namespace Relay.Backplane;

/// <summary>The other end of a direct connection, whose answers a test writes.</summary>
[SupportedOSPlatform("linux")]
internal sealed class FakeRedis : IDisposable
{
    private readonly TaskCompletionSource<string> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Socket server;

    public FakeRedis(TimeProvider? time = null)
    {
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.Connect(listener.LocalEndPoint!);
        client.Blocking = false;
        server = listener.Accept();
        server.NoDelay = true;
        Connection = new DirectConnection(
            new DirectTarget(listener.LocalEndPoint!, null, null, 0), client, new ServerLoops(),
            time ?? TimeProvider.System, reason => ended.TrySetResult(reason));
        Connection.Begin(loop: 0);
    }

    public DirectConnection Connection { get; }

    /// <summary>Why the connection has ended.</summary>
    public Task<string> Ended => ended.Task;

    /// <summary>Receives so many commands, and returns their parts, each with a space behind it.</summary>
    public async Task<string> ReceiveAsync(int commands = 1)
    {
        var buffer = new byte[1 << 16];
        var filled = 0;
        while (true)
        {
            filled += await server.ReceiveAsync(buffer.AsMemory(filled)).Soon();
            var lines = Encoding.UTF8.GetString(buffer, 0, filled).Split("\r\n");
            if (lines.Count(line => line.StartsWith('*')) == commands && lines[^1].Length == 0)
            {
                return string.Concat(
                    lines.Where(line => line.Length > 0 && line[0] is not ('*' or '$')).Select(line => line + " "));
            }
        }
    }

    /// <summary>Receives more than so many bytes.</summary>
    public async Task DrainAsync(int bytes)
    {
        var buffer = new byte[1 << 16];
        while (bytes >= 0)
        {
            bytes -= await server.ReceiveAsync(buffer).Soon();
        }
    }

    public async Task SendAsync(string text) => await server.SendAsync(Encoding.UTF8.GetBytes(text)).Soon();

    public void Close() => server.Dispose();

    public void Dispose()
    {
        Connection.End("the test is over");
        server.Dispose();
    }
}
