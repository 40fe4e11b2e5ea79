using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Relay.Doubles;

/// <summary>A peer at an address that the locator names, which answers as the test says.</summary>
internal sealed class RawPeer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly TaskCompletionSource<string> asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource stopping = new();
    private readonly Func<NetworkStream, string, CancellationToken, Task> answer;
    private readonly Task accepting;
    private int questions;

    public RawPeer(Func<NetworkStream, string, CancellationToken, Task> answer)
    {
        this.answer = answer;
        listener.Start();
        accepting = AcceptAsync();
    }

    public string Address => listener.LocalEndpoint.ToString()!;

    public int Questions => Volatile.Read(ref questions);

    /// <summary>The first question, as it was sent.</summary>
    public Task<string> Asked => asked.Task.WaitAsync(Patience);

    /// <summary>When the asker of the first question has gone.</summary>
    public Task Gone => gone.Task.WaitAsync(Patience);

    /// <summary>Answers with this status only.</summary>
    public static RawPeer WithStatus(string status) =>
        new((stream, _, cancellation) => SendAsync(stream,
            $"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", cancellation));

    /// <summary>Never answers.</summary>
    public static RawPeer Silent() => new((_, _, cancellation) => Task.Delay(Timeout.InfiniteTimeSpan, cancellation));

    /// <summary>Answers with these bytes as a whole body.</summary>
    public static RawPeer WithBody(byte[] body) => new(async (stream, _, cancellation) =>
    {
        await SendAsync(stream,
            $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n", cancellation);
        await stream.WriteAsync(body, cancellation);
    });

    public static Task SendAsync(NetworkStream stream, string text, CancellationToken cancellation) =>
        stream.WriteAsync(Encoding.ASCII.GetBytes(text), cancellation).AsTask();

    /// <summary>The proof in a question.</summary>
    public static string ProofIn(string question) =>
        question.Split("\r\n")
        .Single(line => line.StartsWith("Authorization: ", StringComparison.Ordinal))["Authorization: ".Length..];

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await accepting.WaitAsync(Patience);
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var conversations = new List<Task>();
        try
        {
            while (true)
            {
                var socket = await listener.AcceptSocketAsync(stopping.Token);
                conversations.Add(ConverseAsync(socket));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException
            or InvalidOperationException)
        {
        }

        await Task.WhenAll(conversations);
    }

    private async Task ConverseAsync(Socket socket)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            var question = new StringBuilder();
            var buffer = new byte[4096];
            while (!question.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                var read = await stream.ReadAsync(buffer, stopping.Token);
                if (read == 0)
                {
                    return;
                }

                question.Append(Encoding.ASCII.GetString(buffer, 0, read));
            }

            Interlocked.Increment(ref questions);
            asked.TrySetResult(question.ToString());
            using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
            var leaving = UntilGoneAsync(stream, over.Token);
            var answering = answer(stream, question.ToString(), over.Token);
            if (await Task.WhenAny(leaving, answering) == leaving)
            {
                gone.TrySetResult();
            }

            await over.CancelAsync();
            await Task.WhenAll(leaving, answering);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException
            or ObjectDisposedException)
        {
        }
    }

    private static async Task UntilGoneAsync(NetworkStream stream, CancellationToken cancellation)
    {
        try
        {
            var buffer = new byte[16];
            while (await stream.ReadAsync(buffer, cancellation) > 0)
            {
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
        }
    }
}
