using System.Collections.Concurrent;

namespace Relay.Backplane;

/// <summary>
/// Sends the appends of all sessions of a node: one that comes while no call is under way is sent at once; those that
/// come meanwhile wait for its answer, and go together with the next call. Thread-safe.
/// </summary>
/// <remarks>
/// Where one server has all keys, one call is under way in each lane, whatever the documents are. Otherwise there is
/// one for each partition with appends.
/// </remarks>
/// <param name="server">Where they are sent.</param>
/// <param name="loops">The socket loops; null if there are none.</param>
/// <param name="later">Has another thread execute it; null for one of the thread pool.</param>
internal sealed class AppendBatcher(
    IAppendServer server, ISocketLoops? loops = null, Action<IThreadPoolWorkItem>? later = null)
{
    private readonly IAppendServer server = server;
    private readonly ISocketLoops? loops = loops;
    private readonly Action<IThreadPoolWorkItem> later =
        later ?? (static work => ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false));

    /// <summary>By partition; those of lanes have numbers below zero.</summary>
    private readonly ConcurrentDictionary<int, AppendQueue> queues = new();

    /// <summary>Whether the server has refused a call with appends of several partitions.</summary>
    private volatile bool isApart;

    /// <summary>Sends an append, or has it wait for the call under way.</summary>
    /// <param name="append">The append.</param>
    /// <param name="cancellation">Gives up waiting. What is not sent by then is not sent any more.</param>
    /// <exception cref="BackplaneUnavailableException">Its outcome is unknown.</exception>
    public Task<AppendResult> AppendAsync(PendingAppend append, CancellationToken cancellation)
    {
        append.IsOfLoop = loops is { IsCurrent: true };
        append.GiveUpOn(cancellation);
        Add(append);
        return append.Task;
    }

    private void Add(PendingAppend append)
    {
        var partition = append.Names.Partition;
        queues.GetOrAdd(
            server.TakesAllPartitions && !isApart ? -1 - (partition % server.Lanes) : partition,
            static (_, self) => new AppendQueue(self.server, self.loops, self.Separate, self.later), this).Add(append);
    }

    private void Separate(IReadOnlyList<PendingAppend> appends)
    {
        isApart = true;
        foreach (var append in appends)
        {
            Add(append);
        }
    }
}
