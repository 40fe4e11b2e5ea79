using System.Text;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// Copies the records of one segment that count to the end of the log, a step at a time. The writer's alone.
/// </summary>
/// <remarks>
/// A step stores its copies before the index names them. A crash before that leaves records twice, of which a start
/// takes one. The segment stays as it is.
/// </remarks>
/// <param name="segment">The segment, which is written to no more.</param>
/// <param name="index">Knows which records count.</param>
/// <param name="tail">Stores the copies.</param>
/// <param name="records">The group that is filled.</param>
/// <param name="refusals">Hears of records that do not read.</param>
/// <param name="time">The clock.</param>
internal sealed class SegmentCopy(Segment segment, LogIndex index, LogTail tail, RecordGroup records,
    DocumentRefusals refusals, TimeProvider time)
{
    // What one step may read and write: appends wait that long.
    private const int StepReadBytes = 4 << 20;
    private const int StepWriteBytes = 1 << 20;

    private readonly SegmentScanner scanner = new(segment);
    private readonly List<MovedRecord> moved = [];
    private long copiedTo = Segment.HeaderLength;

    /// <summary>Whether no record of the segment counts any more.</summary>
    public bool IsComplete => copiedTo >= segment.Length;

    /// <summary>Copies some records. The group is empty before, and cleared by the caller afterwards.</summary>
    /// <exception cref="IOException">The segment does not read, or the copies cannot be stored.</exception>
    public void Step()
    {
        var limit = copiedTo + StepReadBytes;
        moved.Clear();
        while (!IsComplete && copiedTo < limit && records.Length < StepWriteBytes)
        {
            CopyIfLive();
        }

        // The segment that shows the damage is about to leave the log, so records have to tell it.
        var refused = IsComplete && segment.HasDamage ? index.UnrecordedDamage() : [];
        refused.ForEach(AddDamage);
        if (records.Length > 0)
        {
            index.Move(moved, segment, tail.Store(records));
            index.MarkRecorded(refused);
        }
    }

    private void CopyIfLive()
    {
        var status = scanner.ReadAt(copiedTo);
        if (status is ScanStatus.NoHeader or ScanStatus.Incomplete)
        {
            throw new IOException(
                $"{segment.Path} does not read at offset {copiedTo} any more; it is kept, and the next "
                    + "start will say so.");
        }

        if (index.FindIfLive(scanner.Document, scanner.Header, segment, copiedTo) is { } document)
        {
            if (status == ScanStatus.Record)
            {
                moved.Add(new MovedRecord(document, scanner.Header, records.Length, scanner.Length));
                records.Add(scanner.Record);
            }
            else
            {
                refusals.Refuse(document.Name, segment,
                    DamageText.OfEntry(document.Name, scanner.Header.Position,
                        new RecordPlace(segment, copiedTo, scanner.Length)), isDamage: true);
            }
        }

        segment.HasDamage |= status == ScanStatus.PayloadDamaged;
        copiedTo += scanner.Length;
    }

    private void AddDamage(IndexedDocument document) =>
        records.Add(
            new RecordHeader(RecordKind.Damage, 0, time.Microseconds(), document.End, 0, EntryId.None),
            document.Name, Encoding.UTF8.GetBytes(document.Problem!));
}
