namespace Relay.Backplane;

/// <summary>
/// The requests that wait, and the right to be the writer, which one thread at a time has (<see cref="WriterStage"/>).
/// A method that returns true makes the caller's thread the writer, or the thread that it starts for that. Requests are
/// taken in the order in which they came. Thread-safe.
/// </summary>
/// <param name="mustWait">Whether no group may be written before a flush has ended.</param>
/// <param name="upkeepIsDue">Whether there is other work for the writer than requests.</param>
internal sealed class WriterQueue(Func<bool> mustWait, Func<bool> upkeepIsDue)
{
    /// <summary>A failed write fails its whole group, and the first answer waits for the last record.</summary>
    internal const int MaxGroupRequests = 1024;

    private const long MaxGroupBytes = 4 << 20;

    private readonly Lock gate = new();
    private readonly Queue<LogRequest> waiting = new();
    private WriterStage stage;
    private TaskCompletionSource? idle;

    public WriterStage Stage
    {
        get
        {
            lock (gate)
            {
                return stage;
            }
        }
    }

    private bool IsClosing => stage is WriterStage.Draining or WriterStage.Closed;

    /// <exception cref="ObjectDisposedException">The log is closed.</exception>
    public bool TryBegin(LogRequest request)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(IsClosing, typeof(FileLog));
            waiting.Enqueue(request);
            return stage == WriterStage.Idle && !mustWait() && Begin(WriterStage.Working);
        }
    }

    /// <summary>A flush has ended: requests that waited for it can be written.</summary>
    public bool TryResume()
    {
        lock (gate)
        {
            return stage == WriterStage.Idle && waiting.Count > 0 && Begin(WriterStage.Working);
        }
    }

    /// <summary>There is other work than requests.</summary>
    public bool TryWake()
    {
        lock (gate)
        {
            return stage == WriterStage.Idle && Begin(WriterStage.Working);
        }
    }

    /// <summary>Accepts no request from now on. Those that wait are still written.</summary>
    public bool TryDrain()
    {
        lock (gate)
        {
            switch (stage)
            {
                case WriterStage.Idle when waiting.Count > 0:
                    return Begin(WriterStage.Draining);
                case WriterStage.Idle:
                    stage = WriterStage.Closed;
                    return false;
                case WriterStage.Working:
                    stage = WriterStage.Draining;
                    return false;
                default:
                    return false;
            }
        }
    }

    /// <summary>Takes the next group; none while appends have to wait. The writer's alone.</summary>
    public void Take(List<LogRequest> group)
    {
        lock (gate)
        {
            if (!IsClosing && mustWait())
            {
                // The writer is here for a sweep or for cleaning.
                return;
            }

            for (var bytes = 0L; group.Count < MaxGroupRequests && bytes < MaxGroupBytes
                && waiting.TryDequeue(out var request);)
            {
                // The next one may be as large as it likes, but then it is the last.
                bytes += request.Payload.Length;
                group.Add(request);
            }
        }
    }

    /// <summary>Ends the caller's being the writer; false if there is more to do. The writer's alone.</summary>
    public bool TryLeave()
    {
        lock (gate)
        {
            if ((waiting.Count > 0 && (IsClosing || !mustWait())) || (!IsClosing && upkeepIsDue()))
            {
                return false;
            }

            stage = IsClosing ? WriterStage.Closed : WriterStage.Idle;
            idle?.SetResult();
            idle = null;
            return true;
        }
    }

    /// <summary>Completes at a moment at which there is no writer.</summary>
    public Task WhenIdleAsync()
    {
        lock (gate)
        {
            return stage is WriterStage.Working or WriterStage.Draining
                ? (idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task
                : Task.CompletedTask;
        }
    }

    private bool Begin(WriterStage next)
    {
        stage = next;
        return true;
    }
}
