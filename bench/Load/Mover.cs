using System.Diagnostics;
using System.Net.Sockets;

namespace Relay.Bench.Load;

/// <summary>
/// A client who types, and who comes back when its connection ends, as y-websocket's do: after 100 ms, and after each
/// failure twice as long, up to 2.5 s; then it brings what the server lacks of what it typed.
/// </summary>
/// <param name="balancer">Says where to connect.</param>
/// <param name="document">The document's name.</param>
/// <param name="id">The Yjs client id.</param>
internal sealed class Mover(Balancer balancer, string document, ulong id) : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100),
        LongestPause = TimeSpan.FromMilliseconds(2500);

    private readonly Lock gate = new();
    private readonly Typist typist = new(id);
    private Client? client;
    private int typed;
    private volatile bool leaves;

    public string Document => document;

    public ulong Id => id;

    /// <summary>How many characters it has typed.</summary>
    public int Typed
    {
        get
        {
            lock (gate)
            {
                return typed;
            }
        }
    }

    /// <summary>
    /// When it connected again, as <see cref="Stopwatch.GetTimestamp"/> counts, and how many milliseconds after the end
    /// of the connection before it was synced again.
    /// </summary>
    public List<(long At, double Gap, int Refusals)> Moves { get; } = [];

    /// <summary>Connects, and stays until it is told to leave.</summary>
    /// <param name="synced">Told when it is synced for the first time.</param>
    public async Task StayAsync(TaskCompletionSource synced)
    {
        long? ended = null;
        while (!leaves)
        {
            var refusals = await ConnectAsync();
            var at = Stopwatch.GetTimestamp();
            if (ended is { } since)
            {
                Moves.Add((at, Timing.Milliseconds(at - since), refusals));
            }

            synced.TrySetResult();
            await client!.Closed.ContinueWith(_ => { }, TaskScheduler.Default);
            ended = Stopwatch.GetTimestamp();
            await Task.Delay(FirstPause);
        }
    }

    /// <summary>Types a character, whether or not it is connected.</summary>
    public void Type()
    {
        lock (gate)
        {
            typed++;
            var update = typist.Type();
            try
            {
                client?.Send(Client.UpdateFrame(update));
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // It is brought along when the client is back.
            }
        }
    }

    public void Dispose()
    {
        leaves = true;
        client?.Dispose();
    }

    /// <summary>How many times it was refused before.</summary>
    private async Task<int> ConnectAsync()
    {
        var pause = FirstPause;
        for (var refusals = 0; ; refusals++)
        {
            try
            {
                var next = await Client.ConnectAsync(balancer.Next().Url, document, onQuestion: TypedSoFar);
                lock (gate)
                {
                    client?.Dispose();
                    client = next;
                }

                await next.SyncAsync();
                return refusals;
            }
            catch (Exception exception) when (!leaves
                && exception is InvalidOperationException or SocketException or ObjectDisposedException)
            {
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                await Task.Delay(pause);
            }
        }
    }

    private byte[] TypedSoFar()
    {
        lock (gate)
        {
            return typed == 0 ? [0, 0] : new Typist(id).Type(typed);
        }
    }
}
