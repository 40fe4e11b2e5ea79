namespace Relay.Connections;

/// <summary>The open connections of the node: counted, limited, and closed a few at a time when the node stops. Thread-safe.</summary>
internal sealed class ConnectionRegistry(int maxConnections, TimeProvider time)
{
    /// <summary>How often a few connections are closed while the node drains.</summary>
    private static readonly TimeSpan DrainStep = TimeSpan.FromMilliseconds(100);

    private readonly Lock gate = new();
    private readonly HashSet<IOpenConnection> open = [];
    private bool draining;

    public int Count
    {
        get
        {
            lock (gate)
            {
                return open.Count;
            }
        }
    }

    /// <summary>Takes a connection in, or says why not.</summary>
    public CloseReason? TryAdd(IOpenConnection connection)
    {
        lock (gate)
        {
            if (draining)
            {
                return CloseReason.NodeStops;
            }

            if (open.Count >= maxConnections)
            {
                return CloseReason.NodeIsFull;
            }

            open.Add(connection);
            return null;
        }
    }

    public void Remove(IOpenConnection connection)
    {
        lock (gate)
        {
            open.Remove(connection);
        }
    }

    /// <summary>Takes no more connections, and closes those there are, spread evenly over <paramref name="within"/>: clients do not spread their reconnects themselves.</summary>
    /// <param name="within">How long to take.</param>
    /// <param name="hurry">Closes the rest at once.</param>
    public async Task DrainAsync(TimeSpan within, CancellationToken hurry)
    {
        Queue<IOpenConnection> left;
        lock (gate)
        {
            draining = true;
            left = new Queue<IOpenConnection>(open);
        }

        var steps = Math.Max(1, (int)(within / DrainStep));
        for (var step = 0; step < steps && left.Count > 0; step++)
        {
            var some = hurry.IsCancellationRequested ? left.Count : (int)Math.Ceiling((double)left.Count / (steps - step));
            for (var i = 0; i < some; i++)
            {
                left.Dequeue().Close(CloseReason.NodeStops);
            }

            if (left.Count > 0)
            {
                await Task.Delay(DrainStep, time, hurry).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }

        while (left.TryDequeue(out var last))
        {
            last.Close(CloseReason.NodeStops);
        }
    }
}
