using System.Buffers;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>Reads: what to read is decided under the index lock, the files are read outside of it.</summary>
public sealed partial class FileLog
{
    // Below, a read is a few system calls that the page cache answers; above, it leaves the caller's thread.
    private const long InlineReadBytes = 256 << 10;

    // Entries of a document that stand near each other come with one system call.
    private const int RunBytes = 128 << 10;
    private const int RunGap = 4 << 10;

    /// <inheritdoc />
    public ValueTask<LogReadResult> ReadAsync(DocumentName document, Position after, CancellationToken cancellation)
    {
        _ = document.Value;
        cancellation.ThrowIfCancellationRequested();
        LogReadResult frame;
        HeldEntry[] entries;
        Position before;
        lock (index)
        {
            ObjectDisposedException.ThrowIf(segments.Count == 0, this);
            var indexed = documents.Peek(document);
            if (indexed is null || (indexed.End.IsNone && indexed.Problem is null))
            {
                return ValueTask.FromResult(new LogReadResult(LogReadOutcome.NoLog, [], Position.None, Position.None));
            }

            frame = Judge(indexed, after);
            before = frame.Outcome == LogReadOutcome.Entries && !after.IsNone ? after : indexed.Start;
            entries = frame.Outcome == LogReadOutcome.Damaged ? [] : new HeldEntry[indexed.End.Offset - before.Offset];
            for (var i = 0; i < entries.Length; i++)
            {
                entries[i] = indexed.Held[before.Offset + 1 + i];
                entries[i].Segment.Acquire();
            }
        }

        // Without the token: what was acquired must be released.
        return entries.Length == 0 ? ValueTask.FromResult(frame)
            : entries.Sum(entry => (long)entry.Length) <= InlineReadBytes
                ? ValueTask.FromResult(Read(document, frame, before, entries, cancellation))
            : new ValueTask<LogReadResult>(
                Task.Run(() => Read(document, frame, before, entries, cancellation), CancellationToken.None));
    }

    private static LogReadResult Judge(IndexedDocument document, Position after)
    {
        var outcome =
            document.Problem is not null ? LogReadOutcome.Damaged
            : after.IsNone ? (document.Start.Offset == 0 ? LogReadOutcome.Entries : LogReadOutcome.Trimmed)
            : after.Epoch != document.End.Epoch ? LogReadOutcome.OtherEpoch
            : after.Offset > document.End.Offset ? LogReadOutcome.BeyondEnd
            : after.Offset < document.Start.Offset ? LogReadOutcome.Trimmed
            : document.Has(after) ? LogReadOutcome.Entries
            : LogReadOutcome.OtherEntry;
        return new LogReadResult(outcome, [], document.End, document.Start, document.Problem);
    }

    private LogReadResult Read(DocumentName document, LogReadResult frame, Position before, HeldEntry[] entries,
        CancellationToken cancellation)
    {
        try
        {
            var result = new LoggedEntry[entries.Length];
            for (var first = 0; first < entries.Length;)
            {
                cancellation.ThrowIfCancellationRequested();
                var last = RunFrom(entries, first);
                if (!TryReadRun(document, ref before, entries.AsSpan(first..(last + 1)),
                    result.AsSpan(first), out var bad, out var refusal))
                {
                    var problem = refusal is not null
                        ? LogReplay.Describe(document, refusal, bad.Segment, bad.At)
                        : LogReplay.Describe(
                            document, new Position(before.Epoch, before.Offset + 1, bad.Id),
                                new RecordPlace(bad.Segment, bad.At, bad.Length));
                    Refuse(document, bad.Segment, problem, isDamage: refusal is null);
                    return frame with { Outcome = LogReadOutcome.Damaged, Problem = problem };
                }

                first = last + 1;
            }

            return frame with { Entries = result };
        }
        catch (IOException e)
        {
            throw new BackplaneUnavailableException($"The log in {directory} could not be read: {e.Message}", e);
        }
        finally
        {
            foreach (var entry in entries)
            {
                entry.Segment.Release();
            }
        }
    }

    private static int RunFrom(HeldEntry[] entries, int first)
    {
        var last = first;
        while (last + 1 < entries.Length
            && entries[last + 1] is var next
            && next.Segment == entries[last].Segment
            && next.At >= entries[last].At
            && next.At - entries[last].At - entries[last].Length <= RunGap
            && next.At + next.Length - entries[first].At <= RunBytes)
        {
            last++;
        }

        return last;
    }

    /// <summary>
    /// Reads entries that stand in one stretch of a segment; <paramref name="before"/> moves on with each that is what
    /// it should be. Otherwise it is <paramref name="bad"/>: damaged, or refused for what this version does not know.
    /// </summary>
    private static bool TryReadRun(DocumentName name, ref Position before, ReadOnlySpan<HeldEntry> run,
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
