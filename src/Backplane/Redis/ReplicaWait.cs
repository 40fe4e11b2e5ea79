using System.Globalization;
using System.Net;
using StackExchange.Redis;

namespace Relay.Backplane;

/// <summary>
/// Waits until the replicas of one server have what this node wrote there. One round at a time covers all calls that
/// were answered before it began.
/// </summary>
/// <remarks>
/// WAIT counts only what its own connection wrote, and its answer is of no use on a new connection. So a round writes
/// a fence, asks for the connection's id before and after, and for the server's replication id. A call counts as
/// confirmed only if all of these are what they were before it was sent. In a cluster the fence is a key of the call's
/// partition: a server that does not have the partition any more refuses it.
/// </remarks>
internal sealed class ReplicaWait(
    EndPoint place, RedisConnection connection, RedisKeys keys, RedisBackplaneOptions options, TimeProvider time)
{
    private readonly Lock gate = new();

    // Under `gate`.
    private TaskCompletionSource<ReplicaRound>? next;
    private HashSet<int> nextPartitions = [];
    private bool running;
    private string? lastConnection;

    /// <summary>Which connection calls go through now; to be asked for before one is sent.</summary>
    /// <exception cref="BackplaneUnavailableException">The server does not answer.</exception>
    public async Task<string> BeginAsync(int partition, CancellationToken cancellation)
    {
        lock (gate)
        {
            if (lastConnection is not null)
            {
                return lastConnection;
            }
        }

        return (await NextRoundAsync(partition, cancellation)).Connection;
    }

    /// <summary>
    /// Completes when enough replicas have all that was answered since <paramref name="begun"/> was given out.
    /// </summary>
    /// <exception cref="BackplaneUnavailableException">They do not have it in time, or it cannot be told.</exception>
    public async Task ConfirmAsync(string begun, int partition, CancellationToken cancellation)
    {
        var round = await NextRoundAsync(partition, cancellation);
        if (round.Connection != begun)
        {
            throw new BackplaneUnavailableException(
                "The connection to Redis changed before replicas confirmed an append.");
        }

        if (round.Lost.TryGetValue(partition, out var lost))
        {
            throw new BackplaneUnavailableException(
                "The server that replicas were asked of does not have the document's partition any more.", lost);
        }

        if (round.Replicas < options.MinReplicas)
        {
            throw new BackplaneUnavailableException(
                $"{round.Replicas} replicas confirmed an append in time, and Redis:MinReplicas asks for "
                + $"{options.MinReplicas}.");
        }
    }

    private async Task<ReplicaRound> NextRoundAsync(int partition, CancellationToken cancellation)
    {
        Task<ReplicaRound> round;
        lock (gate)
        {
            next ??= new TaskCompletionSource<ReplicaRound>(TaskCreationOptions.RunContinuationsAsynchronously);
            nextPartitions.Add(partition);
            round = next.Task;
            if (!running)
            {
                running = true;
                _ = RunAsync();
            }
        }

        try
        {
            // Its own round, and one that may be under way.
            return await round.WaitAsync(2 * options.Deadline, time, cancellation);
        }
        catch (TimeoutException e)
        {
            throw new BackplaneUnavailableException("Replicas did not confirm an append in time.", e);
        }
    }

    private async Task RunAsync()
    {
        while (true)
        {
            TaskCompletionSource<ReplicaRound> current;
            HashSet<int> partitions;
            lock (gate)
            {
                if (next is null)
                {
                    running = false;
                    return;
                }

                (current, partitions) = (next, nextPartitions);
                (next, nextPartitions) = (null, []);
            }

            try
            {
                var round = await WaitAsync(partitions);
                lock (gate)
                {
                    lastConnection = round.Connection;
                }

                current.SetResult(round);
            }
            catch (Exception e)
            {
                lock (gate)
                {
                    lastConnection = null;
                }

                current.SetException(
                    e as BackplaneUnavailableException
                    ?? new BackplaneUnavailableException($"Replicas could not be asked: {e.Message}", e));
                _ = current.Task.Exception;
            }
        }
    }

    private async Task<ReplicaRound> WaitAsync(HashSet<int> partitions)
    {
        var patience = Math.Max(1, (long)(options.Deadline / 2).TotalMilliseconds);
        Task<(int Partition, Exception? Refused)>[] fences = [];
        var answers = await connection.CallAsync(
            async redis =>
            {
                var server = redis.GetServer(place);
                Task<RedisResult> Ask(string command, params object[] arguments) =>
                    server.ExecuteAsync(command, arguments, CommandFlags.NoRedirect);
                var before = Ask("CLIENT", "ID");
                var fenced = server.ServerType == ServerType.Cluster ? partitions : partitions.Take(1);
                fences = [.. fenced.Select(partition =>
                    FenceAsync(partition, Ask("SET", keys.Fence(partition), "1", "EX", "3600")))];
                var others = await Task.WhenAll(
                    before,
                    Ask("INFO", "replication"),
                    Ask("WAIT", options.MinReplicas, patience),
                    Ask("CLIENT", "ID"));
                await Task.WhenAll(fences);
                return others;
            },
            CancellationToken.None);
        var (first, last) = ((long)answers[0], (long)answers[3]);
        if (first != last)
        {
            throw new BackplaneUnavailableException("The connection to Redis changed while replicas were asked.");
        }

        var identity = RedisInfo.Value((string)answers[1]!, "master_replid");
        return new ReplicaRound(
            string.Create(CultureInfo.InvariantCulture, $"{identity}/{last}"),
            (int)answers[2],
            fences.Where(fence => fence.Result.Refused is not null)
                .ToDictionary(fence => fence.Result.Partition, fence => fence.Result.Refused!));
    }

    private static async Task<(int Partition, Exception? Refused)> FenceAsync(int partition, Task written)
    {
        try
        {
            await written;
            return (partition, null);
        }
        catch (Exception e)
        {
            return (partition, e);
        }
    }
}
