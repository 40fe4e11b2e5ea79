using Microsoft.Extensions.Logging;

namespace Relay.Backplane;

/// <summary>
/// Opens and reads a log directory at the start. Changes no file of it before all were found to read, apart from
/// a tail that is cut off last of all.
/// </summary>
internal sealed partial class LogLoader(string directory, FileLogOptions options, ILogger logger)
{
    private readonly List<Segment> segments = [];
    private readonly LogReplay replay = new();
    private readonly SegmentFiles files = new(directory, options);

    /// <exception cref="FileLogStartException">The directory does not read.</exception>
    /// <exception cref="IOException">The directory cannot be read or written.</exception>
    public LoadedLog Load()
    {
        try
        {
            files.Read();

            // A segment that was created and never written to: left by a kill, or by a failed creation after which the
            // segment before it was written on.
            var surplus = files.TakeSurplus();
            files.ThrowIfLacking();
            foreach (var number in files.Numbers)
            {
                Open(number);
            }

            var tornAt = ReadAll();
            if (tornAt is { } torn)
            {
                // Of what follows a power cut left something, too, but without what stood before.
                surplus.AddRange(segments[(torn.Index + 1)..].Select(segment => segment.Number).Reverse());
                segments[(torn.Index + 1)..].ForEach(segment => segment.Release());
                segments.RemoveRange(torn.Index + 1, segments.Count - torn.Index - 1);
            }

            surplus.ForEach(number => File.Delete(files.PathOf(number)));
            if (tornAt is { } cut)
            {
                segments[cut.Index].File.Truncate(cut.Offset);
                segments[cut.Index].Length = cut.Offset;
            }

            var documents = replay.Finish();
            foreach (var document in documents.Values.Where(document => document.Problem is not null))
            {
                DocumentRefusals.LogDocumentDamaged(logger, document.Name, document.Problem!);
            }

            // Without a hole; and above those that were set aside, whose names must stay free of a second one.
            var nextNumber = Math.Max(files.SetAside, segments.LastOrDefault()?.Number ?? 0) + 1;
            if (segments.Count == 0)
            {
                segments.Add(SegmentCreation.Create(directory, nextNumber++, previousLength: 0, options));
            }

            BringToDisk();
            return new LoadedLog(directory, segments, documents, nextNumber);
        }
        catch
        {
            segments.ForEach(segment => segment.Release());
            throw;
        }
    }

    private void Open(long number)
    {
        var path = files.PathOf(number);
        var file = options.OpenFile(path, FileMode.Open);
        string? problem;
        try
        {
            if (Segment.TryOpen(number, path, file, out problem) is { } segment)
            {
                segments.Add(segment);
                return;
            }
        }
        catch
        {
            file.Dispose();
            throw;
        }

        file.Dispose();
        throw new FileLogStartException(
            $"The log file {path} does not read at offset 0: {problem}, {files.WayOut}");
    }

    /// <summary>Reads all records; returns where the torn end begins, if there is one.</summary>
    private (int Index, long Offset)? ReadAll()
    {
        for (var index = 0; index < segments.Count; index++)
        {
            if (index > 0 && index == segments.Count - 1 && EndsTooSoon(segments[index - 1], segments[index]))
            {
                var end = segments[index - 1].Length;
                LogTailCut(segments[index - 1].Path, end, segments[index].Length);
                return (index - 1, end);
            }

            if (Read(index) is { } offset)
            {
                return (index, offset);
            }
        }

        return null;
    }

    /// <summary>Whether a power cut left less of a segment than there was when the next one was begun.</summary>
    private bool EndsTooSoon(Segment segment, Segment next) =>
        segment.Length < next.PreviousLength
        && !(files.Mark?.Number >= next.Number)
        && new SegmentScanner(next).LatestFlushKnown(Segment.HeaderLength) < Segment.HeaderLength;

    private long? Read(int index)
    {
        var segment = segments[index];
        var scanner = new SegmentScanner(segment);
        for (long offset = Segment.HeaderLength; offset < segment.Length; offset += scanner.Length)
        {
            var status = scanner.ReadAt(offset);
            if (status != ScanStatus.Record)
            {
                if (IsTornEnd(index, scanner, status, offset))
                {
                    var bytes = segments.Skip(index).Sum(one => one.Length) - offset;
                    LogTailCut(segment.Path, offset, bytes);
                    return offset;
                }

                if (status != ScanStatus.PayloadDamaged)
                {
                    throw new FileLogStartException(
                        $"The log file {segment.Path} does not read at offset {offset}: there is no record, and "
                            + "others follow, so it is unknown whose entries are missing. Put a "
                            + $"good copy back, {files.WayOut}");
                }

                scanner.ReadAt(offset);
                segment.HasDamage = true;
            }

            replay.Add(scanner, segment, offset, status == ScanStatus.Record);
        }

        return null;
    }

    /// <summary>
    /// Whether what does not read at <paramref name="offset"/> may be what a killed process or a power cut left: a disk
    /// writes unflushed blocks in any order, so records may follow, but none that was written after the disk had these
    /// bytes. A start finds such an end in the last two segments only.
    /// </summary>
    private bool IsTornEnd(int index, SegmentScanner scanner, ScanStatus status, long offset)
    {
        if (files.Mark?.Covers(segments[index], offset) == true || index < segments.Count - 2)
        {
            return false;
        }

        // What is incomplete is the last in its segment.
        if (status != ScanStatus.Incomplete)
        {
            var from = status == ScanStatus.PayloadDamaged ? offset + scanner.Length : offset + 1;
            if (scanner.LatestFlushKnown(from) > offset)
            {
                return false;
            }
        }

        return index == segments.Count - 1
            || new SegmentScanner(segments[index + 1]).LatestFlushKnown(Segment.HeaderLength) < Segment.HeaderLength;
    }

    /// <summary>What a start relies on survives a power cut from then on.</summary>
    private void BringToDisk()
    {
        foreach (var segment in segments)
        {
            segment.File.Flush();
            segment.Flushed = segment.Length;
        }

        new FlushMark(segments[^1].Number, segments[^1].Length).Write(directory);
    }
}
