using System.Buffers;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>Entries of one document that stand near each other, which one system call reads.</summary>
internal static class EntryRun
{
    private const int MaxBytes = 128 << 10;
    private const int MaxGap = 4 << 10;

    /// <summary>The entries from the first on that are one run; at least one.</summary>
    public static ReadOnlySpan<HeldEntry> First(ReadOnlySpan<HeldEntry> entries)
    {
        var last = 0;
        while (last + 1 < entries.Length
            && entries[last + 1] is var next
            && next.Segment == entries[last].Segment
            && next.At >= entries[last].At
            && next.At - entries[last].At - entries[last].Length <= MaxGap
            && next.At + next.Length - entries[0].At <= MaxBytes)
        {
            last++;
        }

        return entries[..(last + 1)];
    }

    /// <summary>
    /// Reads a run; <paramref name="before"/> moves on with each entry that is what it should be. Otherwise the entry
    /// is <paramref name="bad"/>: damaged, or refused for what this version does not know.
    /// </summary>
    /// <param name="name">The document.</param>
    /// <param name="before">The position before the next entry.</param>
    /// <param name="run">Where the entries stand.</param>
    /// <param name="result">Takes the entries.</param>
    /// <param name="bad">The entry that does not read.</param>
    /// <param name="refusal">Why this version refuses it; null if it is damaged.</param>
    /// <exception cref="IOException">The file cannot be read, which does not mean that its bytes are bad.</exception>
    public static bool TryRead(DocumentName name, ref Position before, ReadOnlySpan<HeldEntry> run,
        Span<LoggedEntry> result, out HeldEntry bad, out string? refusal)
    {
        refusal = null;
        var start = run[0].At;
        var count = (int)(run[^1].At - start) + run[^1].Length;
        var buffer = ArrayPool<byte>.Shared.Rent(count);
        try
        {
            var read = run[0].Segment.File.Read(buffer.AsSpan(0, count), start);
            for (var i = 0; i < run.Length; i++)
            {
                bad = run[i];
                var at = (int)(bad.At - start);
                var position = new Position(before.Epoch, before.Offset + 1, bad.Id);
                if (at + bad.Length > read
                    || !LogRecord.TryReadEntry(buffer.AsSpan(at, bad.Length), bad.Segment.Seed, out var document,
                        out var header, out var payload)
                    || document != name
                    || header.Position != position
                    || header.OtherId != before.Id
                    || (refusal = header.Refusal) is not null)
                {
                    return false;
                }

                result[i] = new LoggedEntry(position, before.Id, header.EntryKind, payload) { Fields = header.Fields };
                before = position;
            }

            bad = default;
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
