using System.Globalization;

namespace Relay.Backplane;

/// <summary>
/// Waits until replicas have what this node appended. One round at a time covers all appends that were answered before it began. WAIT counts only what its own connection wrote, and says nothing of use on a
/// connection made anew; so a round writes something itself, asks for the connection's id before and after, and for the server's replication id. An append counts as confirmed only if all of these are what they
/// were before it was sent.
/// </summary>
internal sealed class ReplicaWait(RedisConnection connection, RedisKeys keys, RedisBackplaneOptions options, TimeProvider time)
{
    private readonly Lock gate = new();

    // Under `gate`.
    private TaskCompletionSource<Round>? next;
    private bool running;
    private string? lastToken;

    /// <summary>Which connection to which server appends go through now; to be asked for before an append is sent.</summary>
    public async Task<string> BeginAsync(CancellationToken cancellation)
    {
        lock (gate)
        {
            if (lastToken is not null)
            {
                return lastToken;
            }
        }

        return (await NextRoundAsync(cancellation)).Token;
    }

    /// <summary>Completes when enough replicas have all that was answered since <paramref name="token"/> was given out.</summary>
    /// <exception cref="BackplaneUnavailableException">They do not have it in time, or nobody can say.</exception>
    public async Task ConfirmAsync(string token, CancellationToken cancellation)
    {
        var round = await NextRoundAsync(cancellation);
        if (round.Token != token)
        {
            throw new BackplaneUnavailableException("The connection to Redis changed before replicas confirmed an append.");
        }

        if (round.Replicas < options.MinReplicas)
        {
            throw new BackplaneUnavailableException($"{round.Replicas} replicas confirmed an append in time, and Redis:MinReplicas asks for {options.MinReplicas}.");
        }
    }

    private async Task<Round> NextRoundAsync(CancellationToken cancellation)
    {
        Task<Round> round;
        lock (gate)
        {
            next ??= new TaskCompletionSource<Round>(TaskCreationOptions.RunContinuationsAsynchronously);
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
            TaskCompletionSource<Round> current;
            lock (gate)
            {
                if (next is null)
                {
                    running = false;
                    return;
                }

                current = next;
                next = null;
            }

            try
            {
                var round = await WaitAsync();
                lock (gate)
                {
                    lastToken = round.Token;
                }

                current.SetResult(round);
            }
            catch (Exception e)
            {
                lock (gate)
                {
                    lastToken = null;
                }

                current.SetException(e as BackplaneUnavailableException ?? new BackplaneUnavailableException($"Replicas could not be asked: {e.Message}", e));
                _ = current.Task.Exception;
            }
        }
    }

    private async Task<Round> WaitAsync()
    {
        var patience = Math.Max(1, (long)(options.Deadline / 2).TotalMilliseconds);
        var answers = await connection.CallAsync(
            redis =>
            {
                var database = redis.GetDatabase();
                return Task.WhenAll(
                    database.ExecuteAsync("CLIENT", "ID"),
                    database.ExecuteAsync("SET", keys.Fence, "1", "EX", "3600"),
                    database.ExecuteAsync("INFO", "replication"),
                    database.ExecuteAsync("WAIT", options.MinReplicas, patience),
                    database.ExecuteAsync("CLIENT", "ID"));
            },
            CancellationToken.None);
        var (before, after) = ((long)answers[0], (long)answers[4]);
        return before == after
            ? new Round(string.Create(CultureInfo.InvariantCulture, $"{RedisInfo.Value((string)answers[2]!, "master_replid")}/{after}"), (int)answers[3])
            : throw new BackplaneUnavailableException("The connection to Redis changed while replicas were asked.");
    }

    private readonly record struct Round(string Token, int Replicas);
}
