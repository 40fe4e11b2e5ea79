namespace Relay.Backplane;

/// <summary>
/// The segment files of a log directory by their numbers, before they are opened; which of them hold no record, and
/// whether one is lacking.
/// </summary>
internal sealed class SegmentFiles(string directory, FileLogOptions options)
{
    private readonly List<long> numbers = [];

    /// <summary>The segments that count, in order.</summary>
    public IReadOnlyList<long> Numbers => numbers;

    /// <summary>The highest number of a segment that was set aside; 0 for none.</summary>
    public long SetAside { get; private set; }

    /// <summary>What the disk is known to have; null if the directory has no mark.</summary>
    public FlushMark? Mark { get; private set; }

    /// <summary>How a refusal to start ends: what its reader can do.</summary>
    public string WayOut =>
        $"or move {directory} away to start with an empty log, which loses the entries that no "
            + "snapshot covers. Nothing was changed.";

    public string PathOf(long number) => Path.Combine(directory, Segment.NameOf(number));

    /// <summary>Lists the directory, and reads its mark.</summary>
    public void Read()
    {
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
                SetAside = Math.Max(SetAside, number);
            }
        }

        numbers.Sort();
        Mark = FlushMark.TryRead(directory);
    }

    /// <summary>Throws if a segment between others is not there.</summary>
    /// <exception cref="FileLogStartException">A segment is lacking.</exception>
    public void ThrowIfLacking()
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

    /// <summary>Takes the segments at the end that hold no record, the last one first.</summary>
    public List<long> TakeSurplus()
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
        if (Mark?.Number >= number)
        {
            return true;
        }

        var path = PathOf(number);
        using var file = options.OpenFile(path, FileMode.Open);
        return Segment.TryOpen(number, path, file, out _) is { } segment
            && new SegmentScanner(segment).LatestFlushKnown(Segment.HeaderLength) >= Segment.HeaderLength;
    }

    /// <summary>
    /// Whether a segment holds no record: without bytes, or with zeros where a power cut came before its first flush.
    /// </summary>
    private bool IsEmpty(long number)
    {
        using var file = File.OpenRead(PathOf(number));
        Span<byte> start = stackalloc byte[Segment.HeaderLength];
        return file.Length <= Segment.HeaderLength
            || (file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length
                && !start.ContainsAnyExcept((byte)0)
                && !(Mark?.Number >= number));
    }
}
