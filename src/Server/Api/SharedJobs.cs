using Relay.Backplane;

namespace Relay.Api;

/// <summary>
/// The documents that are jobs, for all who ask this node: each reading costs Redis a script for every partition, so
/// one answers all of them until it is two seconds old. Thread-safe.
/// </summary>
internal sealed class SharedJobs(ISaveJobs jobs, TimeProvider time)
{
    /// <summary>What people can look through, and what one answer should weigh at the most.</summary>
    public const int Most = 1000;

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(2);

    private readonly Lock gate = new();
    private Task<IReadOnlyList<SaveJob>>? latest;
    private long begunAt;

    /// <summary>At most <see cref="Most"/> of them, those that failed first, as of two seconds ago or later.</summary>
    /// <exception cref="BackplaneUnavailableException">The store cannot be reached.</exception>
    public Task<IReadOnlyList<SaveJob>> ListAsync(CancellationToken cancellation)
    {
        lock (gate)
        {
            if (latest is null || (latest.IsCompleted && time.GetElapsedTime(begunAt) >= Lifetime))
            {
                begunAt = time.GetTimestamp();

                // The first caller may go; the others still want it.
                latest = jobs.ListAsync(Most, CancellationToken.None).AsTask();
            }

            return latest.WaitAsync(cancellation);
        }
    }

    /// <summary>Something was done about a job: the next one who asks is told of it.</summary>
    public void Forget()
    {
        lock (gate)
        {
            latest = null;
        }
    }
}
