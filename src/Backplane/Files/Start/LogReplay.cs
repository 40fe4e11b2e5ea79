using System.Text;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>Rebuilds the index from the records of all segments, in the order in which they were written.</summary>
internal sealed class LogReplay
{
    private readonly Dictionary<DocumentName, ReplayedDocument> documents = [];

    /// <summary>Takes the record that <paramref name="scanner"/> shows.</summary>
    public void Add(SegmentScanner scanner, Segment segment, long at, bool intact)
    {
        var header = scanner.Header;
        var place = new RecordPlace(segment, at, scanner.Length);
        var refusal = header.Refusal;
        if (header.Kind == RecordKind.Dropped && refusal is null)
        {
            if (documents.TryGetValue(scanner.Document, out var dropped) && dropped.Epoch <= header.Position.Epoch)
            {
                documents.Remove(scanner.Document);
            }

            return;
        }

        if (!documents.TryGetValue(scanner.Document, out var document))
        {
            document = new ReplayedDocument(scanner.Document);
            documents.Add(scanner.Document, document);
        }

        switch (header.Kind)
        {
            case RecordKind.Entry:
                document.AddEntry(header, place, intact, refusal);
                break;
            case var _ when refusal is not null:
                document.AddUnknown(header, DamageText.OfUnknown(scanner.Document, refusal, segment, at));
                segment.LiveBytes += scanner.Length;
                break;
            case RecordKind.Checkpoint:
                document.AddCheckpoint(header, place);
                break;
            default:
                document.AddDamage(header, intact
                    ? Encoding.UTF8.GetString(scanner.Payload)
                    : $"The log of document '{scanner.Document}' was found damaged, and so is the record in "
                        + $"{segment.Path} at offset {at} that said how.");
                segment.LiveBytes += scanner.Length;
                break;
        }
    }

    public Dictionary<DocumentName, IndexedDocument> Finish()
    {
        var result = new Dictionary<DocumentName, IndexedDocument>(documents.Count);
        foreach (var (name, document) in documents)
        {
            if (document.ToIndexed() is { } indexed)
            {
                result.Add(name, indexed);
            }
        }

        return result;
    }
}
