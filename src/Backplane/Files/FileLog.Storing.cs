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

    /// <summary>Writes the group to the end of <see cref="Active"/>, in a new segment if this one is full, and answers where it begins. After an exception the log is what it was before.</summary>
    private long Store()
    {
        try
        {
            RestoreTail();
            if (Active.Length > Segment.HeaderLength && Active.Length + group.Length > options.SegmentBytes)
            {
                BeginSegment();
            }

            var active = Active;
            tailIsUncertain = true;
            active.File.Write(group.Seal(active.Seed, options.Fsync), active.Length);
            if (options.Fsync)
            {
                active.File.Flush();
            }

            tailIsUncertain = false;
            var at = active.Length;
            active.Length += group.Length;
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
                $"After a failed write {Active.Path} cannot be cut back to its {Active.Length} good bytes ({e.Message}), so nothing may be appended; free space or mend the disk, the next append tries again.", e);
        }
    }

    private void BeginSegment()
    {
        var segment = SegmentCreation.Create(directory, nextNumber, options);
        nextNumber++;
        lock (index)
        {
            segments.Add(segment);
        }

        cleaningIsUndecided = true;
    }
}
