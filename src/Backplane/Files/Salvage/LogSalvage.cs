using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>Collects what the segments hold of one document, whether its entries make up a log or not.</summary>
/// <param name="document">The document.</param>
/// <param name="copy">Takes all of its records as they stand in the segments; null for no copy.</param>
internal sealed class LogSalvage(DocumentName document, Stream? copy)
{
    private readonly SortedDictionary<long, LoggedEntry> entries = [];

    /// <summary>The last position of the newest epoch that some record names.</summary>
    public Position End { get; private set; }

    /// <summary>Whether a segment with damaged records of the document has left the log.</summary>
    public bool MayLackEnd { get; private set; }

    /// <summary>The entries of that epoch that read.</summary>
    public IReadOnlyList<LoggedEntry> Entries => [.. entries.Values];

    /// <summary>Reads the segments in the order in which they were written.</summary>
    /// <param name="segments">The segments, each with the length up to which it is read.</param>
    /// <exception cref="IOException">A segment does not read any more.</exception>
    public void Read(IReadOnlyList<(Segment Segment, long Length)> segments)
    {
        foreach (var (segment, length) in segments)
        {
            var scanner = new SegmentScanner(segment);
            for (long offset = Segment.HeaderLength; offset < length; offset += scanner.Length)
            {
                var status = scanner.ReadAt(offset);
                if (status is ScanStatus.NoHeader or ScanStatus.Incomplete)
                {
                    throw new IOException($"{segment.Path} does not read at offset {offset} any more.");
                }

                if (scanner.Document == document)
                {
                    copy?.Write(scanner.Record);
                    Add(scanner, isIntact: status == ScanStatus.Record);
                }
            }
        }
    }

    private void Add(SegmentScanner scanner, bool isIntact)
    {
        var header = scanner.Header;
        var at = header.Position;
        if (at.Epoch < End.Epoch)
        {
            return;
        }

        if (at.Epoch > End.Epoch || header.Kind == RecordKind.Dropped)
        {
            // A log of a higher epoch replaced the one before it; a dropped one had expired.
            entries.Clear();
            MayLackEnd = false;
            End = new Position(at.Epoch, 0, EntryId.None);
        }

        if (header.Kind != RecordKind.Dropped && at.Offset > End.Offset)
        {
            End = at;
        }

        MayLackEnd |= header.Kind == RecordKind.Damage;
        if (header.Kind == RecordKind.Entry && isIntact && header.Refusal is null)
        {
            entries[at.Offset] = new LoggedEntry(at, header.OtherId, header.EntryKind, scanner.Payload.ToArray())
            {
                Fields = header.Fields,
            };
        }
    }
}
