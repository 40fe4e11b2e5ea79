using Microsoft.Extensions.Logging;

namespace Relay.Backplane;

/// <summary>
/// The direct connections of a node, one on each of its first socket loops, to the primary that the client knows.
/// Where there is none, or none that they can be made to, all goes the client's way. Reading is thread-safe.
/// </summary>
internal sealed partial class DirectConnections : IDisposable
{
    /// <summary>
    /// Each connection more spreads the work over more processors, and has fewer appends share a call.
    /// </summary>
    private const int MostConnections = 8;

    private readonly RedisConnection client;
    private readonly RedisBackplaneOptions options;
    private readonly ISocketLoops loops;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly DirectConnection?[] connections;
    private int version;
    private bool isFailing;
    private volatile bool isDisposed;

    public DirectConnections(
        RedisConnection client, RedisBackplaneOptions options, ISocketLoops loops, TimeProvider time, ILogger logger)
    {
        this.client = client;
        this.options = options;
        this.loops = loops;
        this.time = time;
        this.logger = logger;
        connections = new DirectConnection?[Math.Min(loops.Count, MostConnections)];
    }

    /// <summary>A connection has ended; others of this node may follow.</summary>
    public event Action? Ended;

    /// <summary>How many there are when all are open.</summary>
    public int Count => connections.Length;

    /// <summary>Changes whenever a connection is opened or ends.</summary>
    public int Version => Volatile.Read(ref version);

    /// <summary>The connection for a partition's documents; null if there is none.</summary>
    public DirectConnection? Of(int partition) =>
        Volatile.Read(ref connections[partition % connections.Length]) is { IsOpen: true } open ? open : null;

    /// <summary>
    /// Opens the connections that are not open, and ends those that do not answer or lead to another server than the
    /// client's. One call at a time.
    /// </summary>
    /// <exception cref="BackplaneUnavailableException">The client does not reach Redis.</exception>
    public async Task RefreshAsync(CancellationToken cancellation)
    {
        var target = client.FindDirectTarget();
        await Task.WhenAll(
            Enumerable.Range(0, connections.Length).Select(loop => RefreshAsync(loop, target, cancellation)));
    }

    public void Dispose()
    {
        isDisposed = true;
        foreach (var connection in connections)
        {
            connection?.End("the node stops");
        }
    }

    private async Task RefreshAsync(int loop, DirectTarget? target, CancellationToken cancellation)
    {
        if (connections[loop] is { IsOpen: true } open)
        {
            if (open.Target == target)
            {
                open.Check(options.Deadline);
                return;
            }

            open.End("another server is the primary");
        }

        if (target is null || isDisposed)
        {
            return;
        }

        try
        {
            var socket = await DirectHandshake.OpenAsync(target, options.Deadline, time, cancellation);
            var made = new DirectConnection(target, socket, loops, time, OnEnded);
            made.Begin(loop);
            Volatile.Write(ref connections[loop], made);
            Interlocked.Increment(ref version);
            isFailing = false;
            LogOpened(target.ToString());
            if (isDisposed)
            {
                made.End("the node stops");
            }
        }
        catch (IOException e)
        {
            if (!isFailing)
            {
                isFailing = true;
                LogOpenFailed(e, target.ToString());
            }
        }
    }

    private void OnEnded(string reason)
    {
        Interlocked.Increment(ref version);
        if (!isDisposed)
        {
            LogEnded(reason);
            Ended?.Invoke();
        }
    }

    [LoggerMessage(BackplaneEventId.RedisDirectOpened, LogLevel.Information,
        "A socket loop has a connection to {Server} for appends and entries")]
    private partial void LogOpened(string server);

    [LoggerMessage(BackplaneEventId.RedisDirectEnded, LogLevel.Information,
        "A socket loop's connection for appends and entries has ended: {Reason}")]
    private partial void LogEnded(string reason);

    [LoggerMessage(BackplaneEventId.RedisDirectOpenFailed, LogLevel.Information,
        "The socket loops have no connection to {Server}: appends and entries go over the Redis client's")]
    private partial void LogOpenFailed(Exception exception, string server);
}
