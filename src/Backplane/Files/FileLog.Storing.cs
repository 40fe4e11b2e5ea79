namespace Relay.Backplane;

/// <summary>The end of the active segment: where groups go, and how it is put right after a failed write.</summary>
public sealed partial class FileLog
{
    private long nextNumber;
    private bool tailIsUncertain;
    private volatile bool writesFail;

    /// <summary>Whether the file could not be written when it was last tried; on any thread.</summary>
    public bool WritesFail => writesFail;

    /// <summary>The segment that is written to, the last one.</summary>
    private Segment Active => segments[^1];

    private bool IsBeforeActiveFlushed => segments.Count == 1 || segments[^2].Flushed >= segments[^2].Length;

    /// <summary>
    /// What of <see cref="Active"/> the disk is known to have; 0 if it may lack some of the segment before.
    /// </summary>
    private long KnownFlushed =>
        Active.Flushed > 0 ? Active.Flushed : IsBeforeActiveFlushed ? Segment.HeaderLength : 0;

    /// <summary>
    /// Writes the group to the end of <see cref="Active"/>, in a new segment if this one is full, and answers where it
    /// begins. After an exception the log is what it was before.
    /// </summary>
    private long Store()
    {
        try
        {
            RestoreTail();
            flusher.ThrowIfFailing();
            if (Active.Length > Segment.HeaderLength && Active.Length + group.Length > options.SegmentBytes)
            {
                BeginSegment();
            }

            var active = Active;
            tailIsUncertain = true;
            active.File.Write(group.Seal(active.Seed, active.Length - KnownFlushed), active.Length);
            if (options.Flush == FlushPolicy.Always)
            {
                active.File.Flush();
                active.Flushed = active.Length + group.Length;
            }

            tailIsUncertain = false;
            var at = active.Length;
            active.Length += group.Length;
            if (options.Flush == FlushPolicy.EverySecond)
            {
                flusher.Wrote();
            }

            if (writesFail)
            {
                writesFail = false;
                LogWritesAgain(active.Path);
            }

            return at;
        }
        catch (Exception e)
        {
            if (!writesFail)
            {
                writesFail = true;
                LogWriteFailed(e, Active.Path);
            }

            try
            {
                RestoreTail();
            }
            catch (IOException)
            {
                // Said by the first append that meets it; each later one tries again.
            }

            throw;
        }
    }

    /// <summary>Cuts off what a failed write may have left behind the last good record.</summary>
    private void RestoreTail()
    {
        if (!tailIsUncertain)
        {
            return;
        }

        try
        {
            Active.File.Truncate(Active.Length);
            tailIsUncertain = false;
        }
        catch (Exception e)
        {
            throw new IOException(
                $"After a failed write {Active.Path} cannot be cut back to its {Active.Length} good bytes "
                    + $"({e.Message}), so nothing may be appended; free space or mend the disk, the next "
                    + "append tries again.", e);
        }
    }

    private void BeginSegment()
    {
        if (!IsBeforeActiveFlushed)
        {
            // A start expects torn bytes in the last two segments only.
            flusher.Flush();
        }

        var segment = SegmentCreation.Create(directory, nextNumber, Active.Length, options);
        nextNumber++;
        lock (index)
        {
            segments.Add(segment);
        }

        cleaningIsUndecided = true;
        if (options.Flush != FlushPolicy.Always)
        {
            flusher.Sealed();
        }
    }

    /// <summary>What is not known to be on the disk, in order; only of segments that are full, or of all.</summary>
    private List<(Segment Segment, long Length)> AcquireUnflushed(bool all)
    {
        var found = new List<(Segment Segment, long Length)>();
        lock (index)
        {
            foreach (var segment in segments)
            {
                if (segment.Flushed < segment.Length && (all || segment != Active))
                {
                    segment.Acquire();
                    found.Add((segment, segment.Length));
                }
            }
        }

        return found;
    }

    /// <summary>A flush beside the writer has ended.</summary>
    private void OnFlushed(Exception? problem)
    {
        if (problem is not null && !writesFail)
        {
            writesFail = true;
            LogWriteFailed(problem, directory);
        }
        else if (problem is null && writesFail)
        {
            writesFail = false;
            LogWritesAgain(directory);
        }

        lock (gate)
        {
            if (writing || waiting.Count == 0)
            {
                return;
            }

            writing = true;
        }

        StartWriter();
    }
}
