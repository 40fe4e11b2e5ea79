using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Relay.TestServers;

/// <summary>
/// Stands between a client and a real server and does what real servers cannot be asked to do. Every connection carries
/// one request, and each request meets the next planned fault, if there is one. What it passes on it does not read, so
/// signatures stay valid.
/// </summary>
public sealed class FaultyProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Uri server;
    private readonly CancellationTokenSource ending = new();
    private readonly Queue<Fault> faults = [];
    private readonly Task accepting;
    private int requests;

    public FaultyProxy(Uri server)
    {
        this.server = server;
        listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        accepting = AcceptAsync();
    }

    /// <summary>Where the client connects to.</summary>
    public Uri Address { get; }

    /// <summary>How many requests came so far.</summary>
    public int Requests => Volatile.Read(ref requests);

    /// <summary>Plans the faults of the next requests.</summary>
    public void Plan(params Fault[] next)
    {
        lock (faults)
        {
            foreach (var fault in next)
            {
                faults.Enqueue(fault);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync().ConfigureAwait(false);
        listener.Stop();
        await accepting.ConfigureAwait(false);
        ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                open.Add(ServeAsync(await listener.AcceptTcpClientAsync(ending.Token).ConfigureAwait(false)));
            }
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            await Task.WhenAll(open).ConfigureAwait(false);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                var request = await ReadRequestAsync(stream).ConfigureAwait(false);
                if (request.Length > 0)
                {
                    Interlocked.Increment(ref requests);
                    await AnswerAsync(client, stream, request).ConfigureAwait(false);
                }
            }
            catch (Exception exception) when (IsEnd(exception))
            {
            }
        }
    }

    private async Task AnswerAsync(TcpClient client, NetworkStream stream, byte[] request)
    {
        Fault? fault;
        lock (faults)
        {
            faults.TryDequeue(out fault);
        }

        if (fault?.Status is { } status)
        {
            var body = Encoding.UTF8.GetBytes(fault.Body);
            await stream.WriteAsync(
                Encoding.ASCII.GetBytes(
                    $"HTTP/1.1 {status} Fault\r\nContent-Type: {fault.ContentType}\r\nContent-Length: "
                        + $"{body.Length}\r\nConnection: close\r\n\r\n"), ending.Token).ConfigureAwait(false);
            await stream.WriteAsync(body, ending.Token).ConfigureAwait(false);
            return;
        }

        using var upstream = new TcpClient();
        await upstream.ConnectAsync(server.Host, server.Port, ending.Token).ConfigureAwait(false);
        var answers = upstream.GetStream();
        await answers.WriteAsync(request, ending.Token).ConfigureAwait(false);
        var answer = await ReadAllAsync(answers).ConfigureAwait(false);
        if (fault is null)
        {
            await stream.WriteAsync(answer, ending.Token).ConfigureAwait(false);
        }
        else
        {
            // The server did what it was asked, and the client never learns it, or not all of it.
            await stream.WriteAsync(answer.AsMemory(0, Math.Min(fault.AnswerBytes, answer.Length)), ending.Token)
                .ConfigureAwait(false);
            client.Client.LingerState = new LingerOption(enable: fault.AnswerBytes == 0, seconds: 0);
        }
    }

    /// <summary>One request, asking the server and the client to close the connection after it.</summary>
    private async Task<byte[]> ReadRequestAsync(NetworkStream stream)
    {
        var bytes = new List<byte>();
        var buffer = new byte[64 * 1024];
        var headers = -1;
        var length = 0;
        while (headers < 0 || bytes.Count < headers + length)
        {
            var read = await stream.ReadAsync(buffer, ending.Token).ConfigureAwait(false);
            if (read == 0)
            {
                return [];
            }

            bytes.AddRange(buffer.AsSpan(0, read));
            if (headers < 0 && Encoding.ASCII.GetString([.. bytes]) is var text
                && text.IndexOf("\r\n\r\n", StringComparison.Ordinal) is >= 0 and var end)
            {
                headers = end + 4;
                foreach (var header in text[..end].Split("\r\n"))
                {
                    if (header.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                    {
                        length = int.Parse(header["Content-Length:".Length..].Trim(),
                            System.Globalization.CultureInfo.InvariantCulture);
                    }
                    else if (header.StartsWith("Expect:", StringComparison.OrdinalIgnoreCase))
                    {
                        await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), ending.Token)
                            .ConfigureAwait(false);
                    }
                }
            }
        }

        // Two characters before the end of the headers: the last header's line end. Whatever the request says of the
        // connection, the first word counts.
        var start = Encoding.ASCII.GetString([.. bytes.Take(headers)]).Split("\r\n")
            .Where(h => !h.StartsWith("Connection:", StringComparison.OrdinalIgnoreCase)
                && !h.StartsWith("Expect:", StringComparison.OrdinalIgnoreCase));
        return [.. Encoding.ASCII.GetBytes(string.Join("\r\n", start)[..^4] + "\r\nConnection: close\r\n\r\n"),
            .. bytes.Skip(headers)];
    }

    private async Task<byte[]> ReadAllAsync(NetworkStream stream)
    {
        using var all = new MemoryStream();
        await stream.CopyToAsync(all, ending.Token).ConfigureAwait(false);
        return all.ToArray();
    }

    private static bool IsEnd(Exception exception) =>
        exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException;
}
