using Microsoft.Extensions.Logging;

namespace Relay.Backplane;

/// <summary>
/// The end of the log: writes groups of records to the active segment and begins the next one when it is full. The
/// writer's alone.
/// </summary>
/// <remarks>
/// <para>
/// After <see cref="Store"/> has returned, the operating system has the whole group, and with
/// <see cref="FlushPolicy.Always"/> the disk has it. After an exception the log is what it was before: bytes that a
/// failed write left behind the last good record are cut off, and until they are, no more is written.
/// </para>
/// <para>
/// A segment is begun only when the disk has all of the segments before the active one. So a power cut tears the last
/// two segments at most, and a start that finds a torn end elsewhere knows that it is damage.
/// </para>
/// </remarks>
/// <param name="directory">The log's directory.</param>
/// <param name="options">When to flush, and the size of a segment.</param>
/// <param name="segments">The segments.</param>
/// <param name="nextNumber">The number of the next segment.</param>
/// <param name="flusher">Flushes beside the writer.</param>
/// <param name="health">Hears how writing goes.</param>
/// <param name="logger">The log's logger.</param>
internal sealed partial class LogTail(
    string directory,
    FileLogOptions options,
    LogSegments segments,
    long nextNumber,
    LogFlusher flusher,
    WriteHealth health,
    ILogger logger)
{
    private long nextNumber = nextNumber;
    private bool tailIsUncertain;

    /// <summary>Writes the group, in a new segment if the active one is full; returns where it stands.</summary>
    /// <exception cref="IOException">The group is not in the log.</exception>
    public RecordPlace Store(RecordGroup group)
    {
        try
        {
            CutBack();
            flusher.ThrowIfFailing();
            if (segments.Active.Length > Segment.HeaderLength
                && segments.Active.Length + group.Length > options.SegmentBytes)
            {
                BeginSegment();
            }

            var place = Write(group);
            health.Report(null, place.Segment.Path);
            return place;
        }
        catch (Exception e)
        {
            health.Report(e, segments.Active.Path);
            try
            {
                CutBack();
            }
            catch (IOException)
            {
                // Said by the first append that meets it; each later one tries again.
            }

            throw;
        }
    }

    /// <summary>Brings to the disk what was written, on this thread.</summary>
    /// <exception cref="IOException">It cannot be flushed.</exception>
    public void Flush() => flusher.Flush();

    /// <summary>
    /// Ends flushing beside the writer, brings everything to the disk, and then writes the mark that says so.
    /// </summary>
    public void Close()
    {
        flusher.Dispose();
        try
        {
            flusher.Flush();
            new FlushMark(segments.Active.Number, segments.Active.Length).Write(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotFlushed(e, directory);
        }
    }

    private RecordPlace Write(RecordGroup group)
    {
        var active = segments.Active;
        var at = active.Length;
        tailIsUncertain = true;
        active.File.Write(group.Seal(active.Seed, at - segments.KnownFlushed), at);
        if (options.Flush == FlushPolicy.Always)
        {
            active.File.Flush();
            active.Flushed = at + group.Length;
        }

        tailIsUncertain = false;
        active.Length = at + group.Length;
        if (options.Flush == FlushPolicy.EverySecond)
        {
            flusher.Wrote();
        }

        return new RecordPlace(active, at, group.Length);
    }

    /// <summary>Cuts off what a failed write may have left behind the last good record.</summary>
    private void CutBack()
    {
        if (!tailIsUncertain)
        {
            return;
        }

        var active = segments.Active;
        try
        {
            active.File.Truncate(active.Length);
            tailIsUncertain = false;
        }
        catch (Exception e)
        {
            throw new IOException(
                $"After a failed write {active.Path} cannot be cut back to its {active.Length} good bytes "
                    + $"({e.Message}), so no entry may be appended; free space or mend the disk, the next "
                    + "append tries again.", e);
        }
    }

    private void BeginSegment()
    {
        if (!segments.IsFlushedBeforeActive)
        {
            // A start expects torn bytes in the last two segments only.
            flusher.Flush();
        }

        segments.Add(SegmentCreation.Create(directory, nextNumber, segments.Active.Length, options));
        nextNumber++;
        if (options.Flush != FlushPolicy.Always)
        {
            flusher.Sealed();
        }
    }
}
