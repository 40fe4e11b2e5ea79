using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// Reads a segment file record by record, through a window that moves forward. What it shows is valid until the next
/// call.
/// </summary>
internal sealed class SegmentScanner(Segment segment)
{
    private const int WindowBytes = 1 << 20;

    private byte[] window = [];
    private long windowStart;
    private int windowLength;
    private int recordStart;
    private int headerLength;

    public RecordHeader Header { get; private set; }

    public DocumentName Document { get; private set; }

    public int Length { get; private set; }

    /// <summary>
    /// How many bytes before the record the disk was not known to have when it was written: they may be torn after a
    /// power cut. If these are all since the segment's first, those of the segment before may be torn as well.
    /// </summary>
    public uint Unflushed { get; private set; }

    /// <summary>All bytes of the record.</summary>
    public ReadOnlySpan<byte> Record => window.AsSpan(recordStart, Length);

    public ReadOnlySpan<byte> Payload => Record[headerLength..^LogRecord.TrailerLength];

    /// <summary>Looks at <paramref name="offset"/>, which lies before the segment's end.</summary>
    public ScanStatus ReadAt(long offset)
    {
        var left = segment.Length - offset;
        if (left < LogRecord.FixedLength
            || !LogRecord.TryReadLengths(See(offset, LogRecord.FixedLength), out headerLength, out var length)
            || left < headerLength
            || !LogRecord.TryReadHeader(See(offset, headerLength), segment.Seed, out var header, out var document,
                out var unflushed))
        {
            return ScanStatus.NoHeader;
        }

        Header = header;
        Document = document;
        Length = length;
        Unflushed = unflushed;
        if (left < length)
        {
            return ScanStatus.Incomplete;
        }

        return LogRecord.PayloadIsIntact(See(offset, length), headerLength)
            ? ScanStatus.Record
            : ScanStatus.PayloadDamaged;
    }

    /// <summary>
    /// The offset of the first record at or after <paramref name="offset"/>, searched byte by byte; -1 if there is
    /// none.
    /// </summary>
    public long Find(long offset)
    {
        while (segment.Length - offset >= LogRecord.FixedLength)
        {
            _ = See(offset, LogRecord.FixedLength);
            var view = window.AsSpan(recordStart, windowLength - recordStart);
            var at = view.IndexOf(LogRecord.Magic);
            if (at < 0)
            {
                offset += view.Length - LogRecord.Magic.Length + 1;
                continue;
            }

            if (ReadAt(offset + at) == ScanStatus.Record)
            {
                return offset + at;
            }

            offset += at + 1;
        }

        return -1;
    }

    /// <summary>
    /// How far the records at or after <paramref name="offset"/> say that their segment was flushed; -1 if there is
    /// none.
    /// </summary>
    public long LatestFlushKnown(long offset)
    {
        var latest = -1L;
        for (var at = Find(offset); at >= 0; at = Find(at + Length))
        {
            latest = Math.Max(latest, at - Unflushed);
        }

        return latest;
    }

    private ReadOnlySpan<byte> See(long offset, int count)
    {
        if (offset < windowStart || offset + count > windowStart + windowLength)
        {
            var wanted = (int)Math.Min(segment.Length - offset, Math.Max(count, WindowBytes));
            if (window.Length < wanted)
            {
                window = new byte[wanted];
            }

            windowStart = offset;
            windowLength = segment.File.Read(window.AsSpan(0, wanted), offset);
            if (windowLength < count)
            {
                windowLength = 0;
                throw new IOException($"The segment file {segment.Path} became shorter while it was read.");
            }
        }

        recordStart = (int)(offset - windowStart);
        return window.AsSpan(recordStart, count);
    }
}
