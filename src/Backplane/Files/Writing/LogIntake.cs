using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// Takes appends and checkpoints, checks them, and hands them over as requests, which are used again once their callers
/// have the results. Thread-safe.
/// </summary>
/// <param name="submit">Takes a request; throws if the log is closed.</param>
internal sealed class LogIntake(Action<LogRequest> submit)
{
    private const int PooledRequests = 1024;

    private readonly Lock gate = new();
    private readonly Stack<LogRequest> pool = new();

    /// <param name="document">The document.</param>
    /// <param name="epoch">The epoch that the caller knows.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="replaced">
    /// The end that the log must have to be begun anew, <see cref="Position.None"/> for any; null for an append.
    /// </param>
    /// <param name="mends">Whether a damaged log is begun anew.</param>
    /// <param name="cancellation">Ends the wait; the entry may still be stored.</param>
    public ValueTask<AppendResult> AppendAsync(DocumentName document, long epoch, LogEntry entry, Position? replaced,
        bool mends, CancellationToken cancellation)
    {
        _ = document.Value;
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfEqual(epoch, long.MaxValue);
        if (!entry.IsWhole || entry.Payload.Length > LogRecord.MaxPayloadBytes)
        {
            throw new ArgumentException(
                "A log entry needs an id, a kind, and a payload that the kind has.", nameof(entry));
        }

        cancellation.ThrowIfCancellationRequested();
        var request = Rent();
        request.Append(document, epoch, entry, replaced, mends);
        var result = new ValueTask<AppendResult>(request, request.Version);
        submit(request);
        return cancellation.CanBeCanceled && !result.IsCompleted
            ? new ValueTask<AppendResult>(result.AsTask().WaitAsync(cancellation))
            : result;
    }

    /// <summary>Notes up to where a snapshot covers a log, and trims it.</summary>
    public ValueTask CheckpointAsync(DocumentName document, Position saved, Position trimThrough,
        CancellationToken cancellation)
    {
        _ = document.Value;
        cancellation.ThrowIfCancellationRequested();
        var request = Rent();
        request.Checkpoint(document, saved, trimThrough);
        var result = new ValueTask(request, request.Version);
        submit(request);
        return cancellation.CanBeCanceled && !result.IsCompleted
            ? new ValueTask(result.AsTask().WaitAsync(cancellation))
            : result;
    }

    private LogRequest Rent()
    {
        lock (gate)
        {
            return pool.TryPop(out var request) ? request : new LogRequest(GiveBack);
        }
    }

    private void GiveBack(LogRequest request)
    {
        lock (gate)
        {
            if (pool.Count < PooledRequests)
            {
                pool.Push(request);
            }
        }
    }
}
