using Microsoft.Extensions.Logging;

namespace Relay.Backplane;

/// <summary>Opens and reads a log directory at the start. Changes nothing in it before everything was found to read, apart from a tail that is cut off last of all.</summary>
internal sealed class LogLoader(string directory, FileLogOptions options, ILogger logger)
{
    private readonly List<Segment> segments = [];
    private readonly LogReplay replay = new();

    /// <exception cref="FileLogStartException">The directory does not read.</exception>
    /// <exception cref="IOException">The directory cannot be read or written.</exception>
    public LoadedLog Load()
    {
        try
        {
            var numbers = Numbers(out var setAside);

            // A segment that was created and never written to: left by a kill, or by a failed creation after which the segment before it was written on.
            var empty = numbers.AsEnumerable().Reverse().TakeWhile(number => new FileInfo(PathOf(number)).Length <= Segment.HeaderLength).ToList();
            numbers.RemoveRange(numbers.Count - empty.Count, empty.Count);
            foreach (var number in numbers)
            {
                Open(number);
                Read(segments[^1], isLast: number == numbers[^1]);
            }

            foreach (var number in empty)
            {
                File.Delete(PathOf(number));
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
                segments.Add(SegmentCreation.Create(directory, nextNumber++, options));
            }

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
        for (var i = 1; i < numbers.Count; i++)
        {
            if (numbers[i] != numbers[i - 1] + 1)
            {
                throw new FileLogStartException(
                    $"The log directory {directory} lacks {Segment.NameOf(numbers[i - 1] + 1)}, which stood between others. Put it back, {WayOut}");
            }
        }

        return numbers;
    }

    private string WayOut => $"or move {directory} away to start with an empty log, which loses the entries that no snapshot covers. Nothing was changed.";

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
        throw new FileLogStartException($"The log file {path} does not read at offset 0: {problem}. Put a good copy back, {WayOut}");
    }

    private void Read(Segment segment, bool isLast)
    {
        var scanner = new SegmentScanner(segment);
        for (long offset = Segment.HeaderLength; offset < segment.Length; offset += scanner.Length)
        {
            var status = scanner.ReadAt(offset);
            if (status != ScanStatus.Record)
            {
                if (isLast && IsTail(scanner, status, offset))
                {
                    FileLog.LogTailCut(logger, segment.Path, offset, segment.Length - offset);
                    segment.File.Truncate(offset);
                    segment.Length = offset;
                    return;
                }

                if (status != ScanStatus.PayloadDamaged)
                {
                    throw new FileLogStartException(
                        $"The log file {segment.Path} does not read at offset {offset}: there is no record, and others follow, so nobody can say whose entries are missing. Put a good copy back, {WayOut}");
                }

                scanner.ReadAt(offset);
                segment.HasDamage = true;
            }

            replay.Add(scanner, segment, offset, status == ScanStatus.Record);
        }
    }

    /// <summary>
    /// Whether what does not read at <paramref name="offset"/> of the last segment was being written when the process or the machine stopped. So it is if no record
    /// follows; and if the one that follows was flushed to the disk together with it, because a disk writes the blocks of a group in any order and nobody was told of it yet.
    /// </summary>
    private static bool IsTail(SegmentScanner scanner, ScanStatus status, long offset)
    {
        if (status == ScanStatus.Incomplete)
        {
            return true;
        }

        var next = scanner.Find(status == ScanStatus.PayloadDamaged ? offset + scanner.Length : offset + 1);
        return next < 0 || (scanner.ReadAt(next) == ScanStatus.Record && next - scanner.GroupDistance <= offset);
    }
}
