using Microsoft.Extensions.Logging;

namespace Relay.Backplane;

/// <summary>
/// Opens and reads a log directory at the start. Changes nothing in it before everything was found to read, apart from
/// a tail that is cut off last of all.
/// </summary>
internal sealed class LogLoader(string directory, FileLogOptions options, ILogger logger)
{
    private readonly List<Segment> segments = [];
    private readonly LogReplay replay = new();
    private FlushMark? mark;

    /// <exception cref="FileLogStartException">The directory does not read.</exception>
    /// <exception cref="IOException">The directory cannot be read or written.</exception>
    public LoadedLog Load()
    {
        try
        {
            var numbers = Numbers(out var setAside);

            mark = FlushMark.TryRead(directory);

            // A segment that was created and never written to: left by a kill, or by a failed creation after which the
            // segment before it was written on.
            var surplus = TakeSurplus(numbers);
            ThrowIfLacking(numbers);
            numbers.ForEach(Open);
            var tornAt = ReadAll();
            if (tornAt is { } torn)
            {
                // Of what follows a power cut left something, too, but without what stood before.
                surplus.AddRange(segments[(torn.Index + 1)..].Select(segment => segment.Number).Reverse());
                segments[(torn.Index + 1)..].ForEach(segment => segment.Release());
                segments.RemoveRange(torn.Index + 1, segments.Count - torn.Index - 1);
                numbers.RemoveRange(segments.Count, numbers.Count - segments.Count);
            }

            surplus.ForEach(number => File.Delete(PathOf(number)));
            if (tornAt is { } cut)
            {
                segments[cut.Index].File.Truncate(cut.Offset);
                segments[cut.Index].Length = cut.Offset;
            }

            var documents = replay.Finish();
            foreach (var document in documents.Values.Where(document => document.Problem is not null))
            {
                FileLog.LogDocumentDamaged(logger, document.Name, document.Problem!);
            }

            // Without a hole; and above those that were set aside, whose names must stay free of a second one.
            var nextNumber = Math.Max(setAside, numbers.LastOrDefault()) + 1;
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

    private string PathOf(long number) => Path.Combine(directory, Segment.NameOf(number));

    /// <summary>The numbers of the segments in order, and the highest one of those that were set aside.</summary>
    private List<long> Numbers(out long setAside)
    {
        var numbers = new List<long>();
        setAside = 0;
        foreach (var path in Directory.EnumerateFiles(directory))
        {
            var name = Path.GetFileName(path);
            if (Segment.TryParseName(name, out var number))
            {
                numbers.Add(number);
            }
            else if (name.EndsWith(Segment.SetAsideSuffix, StringComparison.Ordinal)
                && Segment.TryParseName(name[..^Segment.SetAsideSuffix.Length], out number))
            {
                setAside = Math.Max(setAside, number);
            }
        }

        numbers.Sort();
        return numbers;
    }

    private void ThrowIfLacking(List<long> numbers)
    {
        for (var i = 1; i < numbers.Count; i++)
        {
            if (numbers[i] != numbers[i - 1] + 1)
            {
                throw new FileLogStartException(
                    $"The log directory {directory} lacks {Segment.NameOf(numbers[i - 1] + 1)}, which stood between "
                        + $"others. Put it back, {WayOut}");
            }
        }
    }

    /// <summary>Takes the segments at the end of which nothing counts, the last one first.</summary>
    private List<long> TakeSurplus(List<long> numbers)
    {
        var surplus = new List<long>();
        TakeEmpty();
        if (numbers.Count > 1
            && (numbers[^2] == numbers[^1] - 2 || (numbers[^2] == numbers[^1] - 1 && IsEmpty(numbers[^2])))
            && !SaysThatItIsFlushed(numbers[^1]))
        {
            // Of the segment before, a power cut left not even the header, or not the name.
            Take();
            TakeEmpty();
        }

        return surplus;

        void TakeEmpty()
        {
            while (numbers.Count > 0 && IsEmpty(numbers[^1]))
            {
                Take();
            }
        }

        void Take()
        {
            surplus.Add(numbers[^1]);
            numbers.RemoveAt(numbers.Count - 1);
        }
    }

    /// <summary>Whether the disk had all segments before this one, and so must have them still.</summary>
    private bool SaysThatItIsFlushed(long number)
    {
        if (mark?.Number >= number)
        {
            return true;
        }

        var path = PathOf(number);
        using var file = options.OpenFile(path, FileMode.Open);
        return Segment.TryOpen(number, path, file, out _) is { } segment
            && LatestFlushKnown(new SegmentScanner(segment), Segment.HeaderLength) >= Segment.HeaderLength;
    }

    private string WayOut =>
        $"or move {directory} away to start with an empty log, which loses the entries that no "
            + "snapshot covers. Nothing was changed.";

    private void Open(long number)
    {
        var path = PathOf(number);
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
            $"The log file {path} does not read at offset 0: {problem}, {WayOut}");
    }

    /// <summary>
    /// Whether a segment holds nothing: without bytes, or with zeros where a power cut came before its first flush.
    /// </summary>
    private bool IsEmpty(long number)
    {
        using var file = File.OpenRead(PathOf(number));
        Span<byte> start = stackalloc byte[Segment.HeaderLength];
        return file.Length <= Segment.HeaderLength
            || (file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length
                && !start.ContainsAnyExcept((byte)0)
                && !(mark?.Number >= number));
    }

    /// <summary>Reads all records; returns where the torn end begins, if there is one.</summary>
    private (int Index, long Offset)? ReadAll()
    {
        for (var index = 0; index < segments.Count; index++)
        {
            if (index > 0 && index == segments.Count - 1 && EndsTooSoon(segments[index - 1], segments[index]))
            {
                var end = segments[index - 1].Length;
                FileLog.LogTailCut(logger, segments[index - 1].Path, end, segments[index].Length);
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
        && !(mark?.Number >= next.Number)
        && LatestFlushKnown(new SegmentScanner(next), Segment.HeaderLength) < Segment.HeaderLength;

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
                    FileLog.LogTailCut(logger, segment.Path, offset, bytes);
                    return offset;
                }

                if (status != ScanStatus.PayloadDamaged)
                {
                    throw new FileLogStartException(
                        $"The log file {segment.Path} does not read at offset {offset}: there is no record, and "
                            + "others follow, so nobody can say whose entries are missing. Put a "
                            + $"good copy back, {WayOut}");
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
        if (mark?.Covers(segments[index], offset) == true || index < segments.Count - 2)
        {
            return false;
        }

        // What is incomplete has nothing behind it in its segment.
        if (status != ScanStatus.Incomplete)
        {
            var from = status == ScanStatus.PayloadDamaged ? offset + scanner.Length : offset + 1;
            if (LatestFlushKnown(scanner, from) > offset)
            {
                return false;
            }
        }

        return index == segments.Count - 1
            || LatestFlushKnown(new SegmentScanner(segments[index + 1]), Segment.HeaderLength) < Segment.HeaderLength;
    }

    /// <summary>How far the records from here on say that their segment was flushed; -1 if there is none.</summary>
    private static long LatestFlushKnown(SegmentScanner scanner, long from)
    {
        var latest = -1L;
        for (var at = scanner.Find(from); at >= 0; at = scanner.Find(at + scanner.Length))
        {
            latest = Math.Max(latest, at - scanner.Unflushed);
        }

        return latest;
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
