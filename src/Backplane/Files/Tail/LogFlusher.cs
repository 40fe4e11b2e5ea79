namespace Relay.Backplane;

/// <summary>
/// Brings segments to the disk beside the writer, in their order. After a failed flush it is unknown which of the
/// bytes the disk has (Linux takes them for written), so they are written again before the next try, and
/// <see cref="ThrowIfFailing"/> refuses appends until one has succeeded. Thread-safe.
/// </summary>
internal sealed class LogFlusher : IDisposable
{
    /// <summary>How long a byte waits until a flush begins, and how long until the writer waits for its end.</summary>
    internal static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(500), Patience = TimeSpan.FromSeconds(1);

    private readonly string directory;
    private readonly TimeProvider time;
    private readonly Func<bool, List<(Segment Segment, long Length)>> acquireUnflushed;
    private readonly Action<Exception?> ended;
    private readonly Action<Action> runBeside;
    private readonly ITimer timer;

    // Held during a flush.
    private readonly Lock flush = new();

    private readonly Lock gate = new();
    private bool hasUnflushed;
    private long unflushedSince;
    private bool isFlushing;
    private long flushingSince;
    private Exception? failure;
    private bool disposed;

    /// <param name="directory">The log's directory.</param>
    /// <param name="time">The clock.</param>
    /// <param name="acquireUnflushed">
    /// The segments that are not wholly flushed, in order, with the bytes that count; with false only those that are
    /// written no more. They are released afterwards.
    /// </param>
    /// <param name="ended">Called after each flush, with what was wrong with it.</param>
    /// <param name="runBeside">Runs what waits for the disk, where no other work waits for it.</param>
    public LogFlusher(
        string directory,
        TimeProvider time,
        Func<bool, List<(Segment Segment, long Length)>> acquireUnflushed,
        Action<Exception?> ended,
        Action<Action> runBeside)
    {
        this.directory = directory;
        this.time = time;
        this.acquireUnflushed = acquireUnflushed;
        this.ended = ended;
        this.runBeside = runBeside;
        timer = time.CreateTimer(
            static flusher => ((LogFlusher)flusher!).OnDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// Whether the oldest byte has waited so long that no more may be written before it is on the disk.
    /// </summary>
    public bool MustWait
    {
        get
        {
            lock (gate)
            {
                return failure is null
                    && (isFlushing || hasUnflushed)
                    && time.GetElapsedTime(isFlushing ? flushingSince : unflushedSince) >= Patience;
            }
        }
    }

    /// <summary>There is something new to flush, soon.</summary>
    public void Wrote()
    {
        lock (gate)
        {
            if (hasUnflushed)
            {
                return;
            }

            hasUnflushed = true;
            unflushedSince = time.GetTimestamp();
            if (!isFlushing)
            {
                timer.Change(Delay, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>A segment is full: it is flushed at once, but never on this thread.</summary>
    public void Sealed() => timer.Change(TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);

    /// <summary>Flushes everything on this thread.</summary>
    /// <exception cref="IOException">It cannot be flushed.</exception>
    public void Flush() => Flush(all: true);

    /// <exception cref="IOException">The last flush failed.</exception>
    public void ThrowIfFailing()
    {
        if (Volatile.Read(ref failure) is { } problem)
        {
            throw new IOException(
                $"What was written last could not be flushed to the disk: {problem.Message}", problem);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
        }

        timer.Dispose();
        lock (flush)
        {
            // One that was under way has ended.
        }
    }

    private void OnDue()
    {
        bool all;
        lock (gate)
        {
            if (isFlushing || disposed)
            {
                return;
            }

            // Without, a segment is full whose successor need not be flushed.
            all = hasUnflushed || failure is not null;
            isFlushing = true;
            flushingSince = hasUnflushed ? unflushedSince : time.GetTimestamp();
            hasUnflushed = false;
        }

        runBeside(() => FlushBeside(all));
    }

    private void FlushBeside(bool all)
    {
        Exception? problem = null;
        try
        {
            Flush(all);
        }
        catch (Exception e)
        {
            problem = e;
        }

        lock (gate)
        {
            isFlushing = false;
            if (disposed)
            {
                return;
            }

            if (problem is not null)
            {
                timer.Change(Delay, Timeout.InfiniteTimeSpan);
            }
            else if (hasUnflushed)
            {
                var wait = Delay - time.GetElapsedTime(unflushedSince);
                timer.Change(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
            }
        }

        ended(problem);
    }

    private void Flush(bool all)
    {
        lock (flush)
        {
            var segments = acquireUnflushed(all);
            try
            {
                foreach (var (segment, length) in segments)
                {
                    if (failure is not null)
                    {
                        WriteAgain(segment, length);
                    }

                    segment.File.Flush();
                    if (segment.Flushed <= Segment.HeaderLength)
                    {
                        DirectoryFlush.Flush(directory);
                    }

                    segment.Flushed = length;
                }

                Volatile.Write(ref failure, null);
            }
            catch (Exception e)
            {
                Volatile.Write(ref failure, e);
                TryAgain();
                throw;
            }
            finally
            {
                segments.ForEach(one => one.Segment.Release());
            }
        }
    }

    private void TryAgain()
    {
        lock (gate)
        {
            if (!isFlushing && !disposed)
            {
                timer.Change(Delay, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private static void WriteAgain(Segment segment, long length)
    {
        var bytes = new byte[64 << 10];
        for (var at = segment.Flushed; at < length;)
        {
            var read = segment.File.Read(bytes.AsSpan(0, (int)Math.Min(bytes.Length, length - at)), at);
            if (read == 0)
            {
                throw new IOException($"The segment file {segment.Path} became shorter.");
            }

            segment.File.Write(bytes.AsSpan(0, read), at);
            at += read;
        }
    }
}
