using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Relay.Backplane.Support;

/// <summary>
/// Stands between a node and Redis; cuts connections when told to, and can lead elsewhere from then on, as a failover
/// does.
/// </summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<TcpClient, bool> open = new();
    private readonly TaskCompletionSource cut = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile byte[]? marker;
    private volatile int target;

    public TcpProxy(int target)
    {
        this.target = target;
        listener.Start();
        _ = AcceptAsync();
    }

    public string Address => $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

    /// <summary>Completes when an answer was swallowed.</summary>
    public Task Cut => cut.Task;

    /// <summary>
    /// Lets the next request with these bytes through, and ends the connection instead of handing back what is
    /// answered.
    /// </summary>
    public void SwallowTheAnswerTo(byte[] bytes) => marker = bytes;

    /// <summary>Ends all connections and leads new ones to another port.</summary>
    public void LeadTo(int port)
    {
        target = port;
        foreach (var (client, _) in open)
        {
            client.Dispose();
        }
    }

    public ValueTask DisposeAsync()
    {
        listener.Stop();
        LeadTo(1);
        return ValueTask.CompletedTask;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient();
        open[client] = open[server] = true;
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, target);
            var swallows = new StrongBox();
            await Task.WhenAny(PumpAsync(client, server, swallows, isRequest: true),
                PumpAsync(server, client, swallows, isRequest: false));
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
        {
            // The other side sees it.
        }
        finally
        {
            open.TryRemove(client, out _);
            open.TryRemove(server, out _);
            client.Dispose();
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, StrongBox swallows, bool isRequest)
    {
        var buffer = new byte[1 << 16];
        try
        {
            while (await from.GetStream().ReadAsync(buffer) is > 0 and var read)
            {
                if (isRequest && marker is { } bytes && buffer.AsSpan(0, read).IndexOf(bytes) >= 0)
                {
                    marker = null;
                    swallows.Value = true;
                }
                else if (!isRequest && swallows.Value)
                {
                    cut.TrySetResult();
                    return;
                }

                await to.GetStream().WriteAsync(buffer.AsMemory(0, read));
            }
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException
            or InvalidOperationException)
        {
            // Cut.
        }
    }

    private sealed class StrongBox
    {
        public volatile bool Value;
    }
}
