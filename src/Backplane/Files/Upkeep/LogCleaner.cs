using Microsoft.Extensions.Logging;

namespace Relay.Backplane;

/// <summary>
/// Gives disk space back. Segments are removed strictly from the oldest on, after what still counts in them was written
/// again at the log's end. So a record that cancels others (a checkpoint, a drop) never disappears before those it
/// cancels, no entry that was trimmed or dropped comes back with a restart, and no record has to be kept only as a
/// tombstone. The writer's alone.
/// </summary>
/// <remarks>
/// <para>
/// The oldest segment is copied when all files together exceed twice what counts plus two segments. A full round over
/// the log then copies at most as much as it frees, and the directory stays below that bound.
/// </para>
/// <para>
/// The order of a removal: copies written, the index names them, everything flushed, directory flushed, file removed.
/// A crash or a power cut before the last step leaves a record twice, which the start takes once; after it the copies
/// are on the disk.
/// </para>
/// </remarks>
/// <param name="segments">The segments.</param>
/// <param name="tail">Brings the copies to the disk.</param>
/// <param name="begin">Begins the copy of a segment.</param>
/// <param name="segmentBytes">The size of a segment.</param>
/// <param name="logger">The log's logger.</param>
internal sealed partial class LogCleaner(
    LogSegments segments, LogTail tail, Func<Segment, SegmentCopy> begin, int segmentBytes, ILogger logger)
{
    private SegmentCopy? copy;
    private Segment? decidedAt;

    public CleaningStage Stage { get; private set; }

    /// <summary>Decides whether to clean, if something has changed that matters for it.</summary>
    /// <param name="hasFreed">Whether records ceased to count. A new segment is noticed without that.</param>
    public void Reconsider(bool hasFreed)
    {
        if (!hasFreed && segments.Active == decidedAt)
        {
            return;
        }

        decidedAt = segments.Active;
        var (live, total) = segments.Measure();
        Stage = copy is not null ? CleaningStage.Copying
            : segments.Count > 1 && (segments.Oldest.LiveBytes <= 0 || total > (2 * live) + (2L * segmentBytes))
                ? CleaningStage.Due
            : CleaningStage.Rest;
    }

    /// <summary>Does the next piece of work.</summary>
    /// <exception cref="IOException">It failed; the caller calls <see cref="GiveUp"/>.</exception>
    public void Step()
    {
        var oldest = segments.Oldest;
        if (Stage == CleaningStage.Copying || oldest.LiveBytes != 0 || oldest.HasDamage)
        {
            copy ??= begin(oldest);
            copy.Step();
            if (!copy.IsComplete)
            {
                Reconsider(hasFreed: true);
                return;
            }
        }

        Remove(oldest);
        copy = null;
        Reconsider(hasFreed: true);
    }

    /// <summary>
    /// Stops cleaning after a failure, and logs it. No record is lost: what was copied counts there, the rest counts
    /// where it is. The next checkpoint, segment or sweep tries again.
    /// </summary>
    public void GiveUp(Exception cause)
    {
        copy = null;
        Stage = CleaningStage.Rest;
        decidedAt = segments.Active;
        LogCleaningFailed(cause, segments.Oldest.Path);
    }

    /// <summary>Removes the oldest segment; one with damage in it leaves the log, and the file is kept.</summary>
    private void Remove(Segment oldest)
    {
        // A power cut must not leave the removal without what it relies on.
        tail.Flush();
        DirectoryFlush.Flush(Path.GetDirectoryName(oldest.Path)!);
        if (oldest.HasDamage)
        {
            var kept = oldest.Path + Segment.SetAsideSuffix;
            File.Move(oldest.Path, kept);
            LogSegmentSetAside(oldest.Path, kept);
        }
        else
        {
            File.Delete(oldest.Path);
            LogSegmentRemoved(oldest.Path);
        }

        segments.RemoveOldest();
    }
}
