namespace Relay.Backplane;

/// <summary>
/// The one writer at a time: stores all requests that wait with one system call, and then answers and delivers them.
/// </summary>
/// <remarks>
/// <para>
/// The order of a group: written (and with <see cref="FlushPolicy.Always"/> flushed), shown in the index and in the
/// jobs, answered, delivered. So a killed process loses no entry that a caller or a listener was told of; it may keep
/// one that no caller heard of, which a repeat finds by its id.
/// </para>
/// <para>
/// A request that finds no writer is written at once on its caller's thread, in one group, and its listeners are called
/// there. What came meanwhile must not keep the caller: a thread of the pool goes on.
/// </para>
/// </remarks>
/// <param name="queue">The requests that wait.</param>
/// <param name="staging">Decides what requests come to, and fills <paramref name="records"/>.</param>
/// <param name="records">The records of the group.</param>
/// <param name="tail">Stores the group.</param>
/// <param name="index">Shows it.</param>
/// <param name="jobs">Hears of documents that become unsaved or saved.</param>
/// <param name="channel">Delivers entries.</param>
/// <param name="upkeep">The writer's other work.</param>
/// <param name="directory">The log's directory, for messages.</param>
/// <param name="handsOver">
/// Whether a thread of the pool writes from the start: a flush takes milliseconds, and the caller's thread may be the
/// one that serves many sockets.
/// </param>
internal sealed class LogWriter(
    WriterQueue queue,
    GroupStaging staging,
    RecordGroup records,
    LogTail tail,
    LogIndex index,
    LogJobs jobs,
    InProcessChannel channel,
    LogUpkeep upkeep,
    string directory,
    bool handsOver)
{
    private readonly List<LogRequest> batch = [];

    /// <exception cref="ObjectDisposedException">The log is closed.</exception>
    public void Submit(LogRequest request)
    {
        if (!queue.TryBegin(request))
        {
            return;
        }

        if (handsOver)
        {
            Start();
            return;
        }

        WriteGroup();
        if (!queue.TryLeave())
        {
            Start();
        }
    }

    /// <summary>Looks for logs that expired.</summary>
    public void Sweep()
    {
        upkeep.RequestSweep();
        if (queue.TryWake())
        {
            Start();
        }
    }

    /// <summary>Goes on with requests that waited for a flush.</summary>
    public void Resume()
    {
        if (queue.TryResume())
        {
            Start();
        }
    }

    /// <summary>Accepts no request from now on, and completes when those that wait are written.</summary>
    public Task DrainAsync()
    {
        if (queue.TryDrain())
        {
            Start();
        }

        return queue.WhenIdleAsync();
    }

    private void Start() =>
        ThreadPool.UnsafeQueueUserWorkItem(static writer => writer.Work(), this, preferLocal: false);

    private void Work()
    {
        do
        {
            WriteGroup();
            if (upkeep.IsDue && queue.Stage == WriterStage.Working)
            {
                upkeep.Step();
            }
        }
        while (!queue.TryLeave());
    }

    private void WriteGroup()
    {
        queue.Take(batch);
        try
        {
            foreach (var request in batch)
            {
                staging.Add(request);
            }

            if (records.Length > 0)
            {
                var place = tail.Store(records);
                upkeep.Reconsider(index.Commit(staging.Requests, place.Segment, place.At));
            }

            jobs.Update(staging.Requests);
            index.PackQuiet(staging.Requests);
        }
        catch (Exception e)
        {
            // Whatever it was: no caller may wait for ever.
            Abandon(e);
        }

        records.Clear();
        Answer(staging.Requests);
        Deliver(staging.Requests);
        staging.Clear();
        batch.Clear();
    }

    private void Abandon(Exception cause)
    {
        index.Abandon(staging.Requests);
        staging.Clear();
        foreach (var request in batch)
        {
            request.Fail(
                new BackplaneUnavailableException(
                    $"The log in {directory} could not be written: {cause.Message}", cause));
        }
    }

    private static void Answer(ReadOnlySpan<StagedRequest> staged)
    {
        foreach (ref readonly var one in staged)
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
    }

    private void Deliver(ReadOnlySpan<StagedRequest> staged)
    {
        foreach (ref readonly var one in staged)
        {
            if (one.IsStoredEntry)
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
    }
}
