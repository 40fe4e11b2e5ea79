using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>The queue, and the one writer at a time that empties it.</summary>
public sealed partial class FileLog
{
    // Bounds of a group: a failed write fails all of it, and the first answer waits for the last record.
    private const int MaxGroupRequests = 1024;
    private const long MaxGroupBytes = 4 << 20;
    private const int PooledRequests = 1024;

    private readonly Lock gate = new();

    // Under `gate`.
    private readonly Queue<LogRequest> waiting = new();
    private readonly Stack<LogRequest> pool = new();
    private bool writing;
    private bool disposed;
    private bool sweepIsDue;
    private TaskCompletionSource? idle;

    // The writer's alone, that is, of whoever set `writing`.
    private readonly List<LogRequest> batch = [];
    private readonly List<StagedRequest> staged = [];
    private readonly RecordGroup group = new();

    /// <summary>Completes at a moment at which nothing is being written or cleaned.</summary>
    internal Task WhenIdleAsync()
    {
        lock (gate)
        {
            return writing
                ? (idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task
                : Task.CompletedTask;
        }
    }

    private LogRequest Rent()
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
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

    private void Submit(LogRequest request)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            waiting.Enqueue(request);
            if (writing || flusher.MustWait)
            {
                return;
            }

            writing = true;
        }

        if (options.Flush == FlushPolicy.Always)
        {
            // A flush takes milliseconds, and the caller's thread may be the one that serves many sockets: what they
            // bring meanwhile goes into the next group.
            StartWriter();
            return;
        }

        // One group on the caller's thread, its own request in it; whatever came meanwhile must not keep the caller.
        WriteGroup();
        if (!TryLeave())
        {
            StartWriter();
        }
    }

    private void StartWriter() =>
        ThreadPool.UnsafeQueueUserWorkItem(static log => log.Work(), this, preferLocal: false);

    private void Work()
    {
        do
        {
            WriteGroup();
            CleanOneStep();
        }
        while (!TryLeave());
    }

    private bool TryLeave()
    {
        lock (gate)
        {
            if ((waiting.Count > 0 && (disposed || !flusher.MustWait)) || (!disposed && (sweepIsDue || cleaningIsDue)))
            {
                return false;
            }

            writing = false;
            idle?.SetResult();
            idle = null;
            return true;
        }
    }

    private void WriteGroup()
    {
        TakeBatch();
        try
        {
            foreach (var request in batch)
            {
                Stage(request);
            }

            if (group.Length > 0)
            {
                Commit(Store(), Active);
            }

            UpdateJobs();
            PackQuiet();
        }
        catch (Exception e)
        {
            // Whatever it was: nobody may wait for ever, and nothing of the group is in the index.
            Abandon(e);
        }

        group.Clear();
        foreach (var one in staged)
        {
            if (one.Problem is { } problem)
            {
                one.Request.Fail(new LogDamagedException(problem));
            }
            else
            {
                one.Request.Complete(one.Result);
            }
        }

        foreach (var one in staged)
        {
            if (one.Length > 0 && one.Header.Kind == RecordKind.Entry)
            {
                channel.PublishEntry(one.Document!.Name,
                    new LoggedEntry(one.Result.Position, one.Result.Previous, one.Header.EntryKind, one.Payload)
                    {
                        Fields = one.Header.Fields,
                    });
            }
            else if (!one.Saved.IsNone)
            {
                channel.PublishSaved(one.Document!.Name, one.Saved);
            }
        }

        staged.Clear();
        batch.Clear();
    }

    private void TakeBatch()
    {
        lock (gate)
        {
            if (!disposed && flusher.MustWait)
            {
                // A sweep or a cleaning is due, and appends are to wait.
                return;
            }

            for (var bytes = 0L; batch.Count < MaxGroupRequests && bytes < MaxGroupBytes
                && waiting.TryDequeue(out var request);)
            {
                // The next one may be as large as it likes, but then it is the last.
                bytes += request.Payload.Length;
                batch.Add(request);
            }
        }
    }

    private void Commit(long at, Segment segment)
    {
        lock (index)
        {
            foreach (var one in staged)
            {
                if (one.Length == 0)
                {
                    continue;
                }

                var document = one.Document!;
                var header = one.Header;
                if (header.Kind == RecordKind.Checkpoint)
                {
                    document.Cover(
                        header.Position,
                        new Position(header.Position.Epoch, header.OtherOffset, header.OtherId),
                        new RecordPlace(segment, at + one.At, one.Length),
                        header.Time);
                    cleaningIsUndecided = true;
                }
                else
                {
                    if (document.End.IsNone)
                    {
                        document.Begin(new Position(header.Position.Epoch, 0, EntryId.None));
                    }
                    else if (document.End.Epoch != header.Position.Epoch)
                    {
                        document.BeginAnew(new Position(header.Position.Epoch, 0, EntryId.None));
                        cleaningIsUndecided = true;
                    }

                    if (one.Request.Mends)
                    {
                        document.Problem = null;
                        document.ProblemIsRecorded = false;
                    }

                    document.Append(header.Position,
                        new HeldEntry(header.Position.Id, segment, (uint)(at + one.At), one.Length), header.Time);
                }
            }

            foreach (var one in staged)
            {
                one.Document?.Unstage();
            }
        }

        DecideOnCleaning();
    }

    /// <summary>After a checkpoint, or an append that stored nothing, a document may be quiet.</summary>
    private void PackQuiet()
    {
        foreach (var one in staged)
        {
            // Without the lock first: after an ordinary append none is.
            if (one.Document is { IsQuiet: true } document)
            {
                lock (index)
                {
                    documents.PackIfQuiet(document);
                }
            }
        }
    }

    private void Abandon(Exception cause)
    {
        lock (index)
        {
            foreach (var one in staged)
            {
                one.Document?.Unstage();
                if (one.Document is { End.IsNone: true, Problem: null } document)
                {
                    documents.Remove(document);
                }
            }
        }

        staged.Clear();
        foreach (var request in batch)
        {
            request.Fail(
                new BackplaneUnavailableException(
                    $"The log in {directory} could not be written: {cause.Message}", cause));
        }
    }
}
