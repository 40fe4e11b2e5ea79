using System.Net;
using Relay.Sockets;

namespace Relay.Connections;

/// <summary>
/// The open connections of the node: counted, limited, ended when an administrator says so, and closed a few at a time
/// when the node stops. Thread-safe.
/// </summary>
/// <param name="maxConnections">How many there may be.</param>
/// <param name="time">The clock.</param>
/// <param name="descriptors">What bounds them as well; null where only the setting does.</param>
internal sealed class ConnectionRegistry(int maxConnections, TimeProvider time, DescriptorBudget? descriptors = null)
{
    /// <summary>How often a few connections are closed while the node drains.</summary>
    private static readonly TimeSpan DrainStep = TimeSpan.FromMilliseconds(100);

    private readonly Lock gate = new();

    /// <summary>The connections and when each was taken in.</summary>
    private readonly Dictionary<IOpenConnection, DateTimeOffset> open = [];
    private readonly UnadmittedPlaces unadmitted = new(maxConnections, time, descriptors);
    private bool draining;
    private TaskCompletionSource? gone;

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
            if (Refusal() is { } refusal)
            {
                return refusal;
            }

            open.Add(connection, time.GetUtcNow());
            return null;
        }
    }

    /// <summary>
    /// Takes a connection in that has shown no token yet, or says why not. It takes no place of those that have,
    /// until it is admitted.
    /// </summary>
    public CloseReason? TryAddUnadmitted(IOpenConnection connection, IPAddress? address)
    {
        IOpenConnection? evicted;
        lock (gate)
        {
            if (Refusal() is { } refusal)
            {
                return refusal;
            }

            if (!unadmitted.TryAdd(connection, address, out evicted))
            {
                return CloseReason.NodeIsFull;
            }

            open.Add(connection, time.GetUtcNow());
        }

        evicted?.Close(CloseReason.NodeIsFull);
        return null;
    }

    /// <summary>A connection has shown a token; false if there is no place for it now.</summary>
    public bool TryAdmit(IOpenConnection connection)
    {
        lock (gate)
        {
            return open.Count - unadmitted.Count < maxConnections && unadmitted.Admit(connection);
        }
    }

    public void Remove(IOpenConnection connection)
    {
        lock (gate)
        {
            open.Remove(connection);
            unadmitted.Remove(connection);
            if (open.Count == 0)
            {
                gone?.TrySetResult();
            }
        }
    }

    /// <summary>After a drain: completes when the last connection has ended.</summary>
    public Task WhenGoneAsync()
    {
        lock (gate)
        {
            return open.Count == 0
                ? Task.CompletedTask
                : (gone ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Ends what an order covers (<see cref="KickOrder.IsAbout"/>).</summary>
    /// <param name="order">Whose access to what ends.</param>
    /// <param name="givenAt">When the order was given; null for now.</param>
    /// <returns>How many accesses of a connection to a document ended.</returns>
    public int Kick(KickOrder order, DateTimeOffset? givenAt = null)
    {
        IOpenConnection[] covered;
        lock (gate)
        {
            covered = [.. open.Where(one => KickOrder.IsAbout(one.Value, givenAt)).Select(one => one.Key)];
        }

        return covered.Sum(connection => connection.Kick(order));
    }

    /// <summary>
    /// Takes no more connections, and closes those there are, spread evenly over <paramref name="within"/>: clients do
    /// not spread their reconnects themselves.
    /// </summary>
    /// <param name="within">How long to take.</param>
    /// <param name="hurry">Closes the rest at once.</param>
    public async Task DrainAsync(TimeSpan within, CancellationToken hurry)
    {
        Queue<IOpenConnection> left;
        lock (gate)
        {
            draining = true;
            left = new Queue<IOpenConnection>(open.Keys);
        }

        var steps = Math.Max(1, (int)(within / DrainStep));
        for (var step = 0; step < steps && left.Count > 0; step++)
        {
            var some = hurry.IsCancellationRequested
                ? left.Count
                : (int)Math.Ceiling((double)left.Count / (steps - step));
            for (var i = 0; i < some; i++)
            {
                left.Dequeue().Close(CloseReason.NodeStops);
            }

            if (left.Count > 0)
            {
                await Task.Delay(DrainStep, time, hurry)
                    .ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None,
                        TaskScheduler.Default);
            }
        }

        while (left.TryDequeue(out var last))
        {
            last.Close(CloseReason.NodeStops);
        }
    }

    private CloseReason? Refusal() => draining ? CloseReason.NodeStops
        : open.Count - unadmitted.Count >= maxConnections || open.Count >= descriptors?.MostConnections
            ? CloseReason.NodeIsFull
            : null;
}
