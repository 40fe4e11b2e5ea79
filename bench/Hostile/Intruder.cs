using System.Net.WebSockets;
using Relay.Yjs;

namespace Relay.Bench.Hostile;

/// <summary>A client that sends what it is given, and counts what is answered.</summary>
internal sealed class Intruder : IDisposable
{
    /// <summary>Enough of a message to see what it is: a name and two numbers.</summary>
    private const int Beginning = 2048;

    private const int Fragment = 64 << 10;

    private readonly ClientWebSocket socket = new();
    private readonly int[] counts = new int[Enum.GetValues<Answer>().Length];
    private readonly Lock gate = new();
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Intruder()
    {
        socket.Options.Proxy = null;
        socket.Options.KeepAliveInterval = TimeSpan.Zero;
    }

    /// <summary>Why no more answers come: "taken" while they may.</summary>
    public string Outcome { get; private set; } = "taken";

    /// <summary>Connects.</summary>
    /// <param name="address">Of the server's WebSockets.</param>
    /// <param name="reads">Without it, no answer is read or counted.</param>
    public static async Task<Intruder> ConnectAsync(Uri address, bool reads = true)
    {
        var client = new Intruder();
        try
        {
            await client.socket.ConnectAsync(address, CancellationToken.None);
        }
        catch (WebSocketException exception)
        {
            client.End($"refused: {(int)client.socket.HttpStatusCode} {exception.WebSocketErrorCode}");
            return client;
        }

        if (reads)
        {
            _ = Task.Run(client.ReadAsync);
        }

        return client;
    }

    /// <summary>Sends a message, unless the server has closed.</summary>
    public Task SendAsync(ReadOnlyMemory<byte> message) => SendAsync(message, isEnd: true);

    /// <summary>Sends a message in fragments, and not its end.</summary>
    public async Task SendUnfinishedAsync(ReadOnlyMemory<byte> message)
    {
        for (var sent = 0; sent < message.Length; sent += Fragment)
        {
            await SendAsync(message[sent..Math.Min(sent + Fragment, message.Length)], isEnd: false);
        }
    }

    /// <summary>How often this was answered so far.</summary>
    public int Count(Answer answer)
    {
        lock (gate)
        {
            return counts[(int)answer];
        }
    }

    /// <summary>Waits until this was answered so often, or will not be any more.</summary>
    public async Task HasAsync(Answer answer, int count = 1)
    {
        while (true)
        {
            Task change;
            lock (gate)
            {
                if (counts[(int)answer] >= count || Outcome != "taken")
                {
                    return;
                }

                change = changed.Task;
            }

            await change;
        }
    }

    public void Dispose()
    {
        socket.Abort();
        socket.Dispose();
    }

    private async Task SendAsync(ReadOnlyMemory<byte> message, bool isEnd)
    {
        try
        {
            if (socket.State == WebSocketState.Open)
            {
                await socket.SendAsync(message, WebSocketMessageType.Binary, isEnd, CancellationToken.None);
            }
        }
        catch (Exception exception) when (exception is WebSocketException or ObjectDisposedException
            or OperationCanceledException)
        {
            End("connection lost");
        }
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[Fragment];
        var kept = 0;
        try
        {
            while (true)
            {
                // What is beyond the beginning overwrites itself.
                var at = Math.Min(kept, Beginning);
                var received = await socket.ReceiveAsync(buffer.AsMemory(at), CancellationToken.None);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    End($"closed: {(int?)socket.CloseStatus} {socket.CloseStatusDescription}");
                    return;
                }

                kept = at + received.Count;
                if (received.EndOfMessage)
                {
                    Note(buffer.AsSpan(0, kept));
                    kept = 0;
                }
            }
        }
        catch (Exception exception) when (exception is WebSocketException or ObjectDisposedException
            or OperationCanceledException)
        {
            End("connection lost");
        }
    }

    private void Note(ReadOnlySpan<byte> message)
    {
        var answer = Messages.Read(message);
        lock (gate)
        {
            counts[(int)answer]++;
        }

        if (answer == Answer.Closed)
        {
            var reader = new Lib0Reader(message);
            reader.ReadVarString();
            reader.ReadVarUint();
            End($"document closed: {System.Text.Encoding.UTF8.GetString(reader.ReadVarString())}");
        }

        Change();
    }

    private void End(string why)
    {
        lock (gate)
        {
            Outcome = Outcome == "taken" ? why : Outcome;
        }

        Change();
    }

    private void Change()
    {
        TaskCompletionSource before;
        lock (gate)
        {
            before = changed;
            changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        before.SetResult();
    }
}
