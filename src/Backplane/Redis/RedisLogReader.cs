using Relay.Yjs;
using StackExchange.Redis;

namespace Relay.Backplane;

/// <summary>Reads logs in pages, from the primary.</summary>
internal sealed class RedisLogReader(RedisConnection connection, RedisKeys keys, RedisBackplaneOptions options)
{
    // How often a read begins again because the log was trimmed or lost under it.
    private const int MaxTries = 4;

    private static readonly LogReadResult Missing = new(LogReadOutcome.NoLog, [], Position.None, Position.None);

    public async Task<LogReadResult> ReadAsync(DocumentName document, Position after, CancellationToken cancellation)
    {
        for (var i = 0; i < MaxTries; i++)
        {
            if (await TryReadAsync(document, after, cancellation) is { } result)
            {
                return result;
            }
        }

        throw new BackplaneUnavailableException(
            $"The log of document '{document}' changed under every attempt to read it.");
    }

    /// <summary>The entry with its payload; null if the log has another one there, or none.</summary>
    public async Task<LoggedEntry?> ReadEntryAsync(DocumentName document, LoggedEntry entry,
        CancellationToken cancellation)
    {
        var before = new Position(entry.Position.Epoch, entry.Position.Offset - 1, entry.Previous);
        var page = await ReadPageAsync(document, before, pageBytes: 1, cancellation);
        return page is { Outcome: LogReadOutcome.Entries, Entries: [var found, ..] } && found.Position == entry.Position
            ? found
            : null;
    }

    private async Task<LogReadResult?> TryReadAsync(DocumentName document, Position after,
        CancellationToken cancellation)
    {
        var first = await ReadPageAsync(document, after, options.PageBytes, cancellation);
        if (first.Entries.Count == 0 || first.Entries[^1].Position == first.End)
        {
            return first;
        }

        var entries = new List<LoggedEntry>(first.Entries);
        while (entries[^1].Position.Offset < first.End.Offset)
        {
            var page = await ReadPageAsync(document, entries[^1].Position, options.PageBytes, cancellation);
            if (page.Outcome != LogReadOutcome.Entries || page.Entries.Count == 0)
            {
                return null;
            }

            entries.AddRange(page.Entries);
        }

        return first with { Entries = entries, End = entries[^1].Position };
    }

    private async Task<LogReadResult> ReadPageAsync(DocumentName document, Position after, int pageBytes,
        CancellationToken cancellation)
    {
        var names = keys.Of(document);
        var answer = (RedisResult[])(await connection.EvaluateAsync(
            RedisScript.Read,
            [names.Head, names.Entries],
            [RedisNumber.Text(after.Epoch), RedisNumber.Text(after.Offset), RedisEntry.Encode(after.Id), pageBytes],
            cancellation))!;
        var outcome = (int)answer[0] switch
        {
            0 => LogReadOutcome.Entries,
            2 => LogReadOutcome.OtherEpoch,
            3 => LogReadOutcome.BeyondEnd,
            4 => LogReadOutcome.OtherEntry,
            5 => LogReadOutcome.Trimmed,
            _ => LogReadOutcome.NoLog,
        };
        if (outcome == LogReadOutcome.NoLog)
        {
            return Missing;
        }

        var epoch = (long)answer[1];
        var end = new Position(epoch, (long)answer[2], RedisEntry.DecodeId((byte[])answer[3]!));
        var start = new Position(epoch, (long)answer[4], RedisEntry.DecodeId((byte[])answer[5]!));
        var before = new Position(epoch, (long)answer[6], RedisEntry.DecodeId((byte[])answer[7]!));
        var entries = new LoggedEntry[answer.Length - 8];
        for (var i = 0; i < entries.Length; i++)
        {
            if (RedisEntry.Read((byte[])answer[i + 8]!, before, out entries[i]) is { } refusal)
            {
                var problem = $"The log of document '{document}' does not read: what Redis holds after {before} "
                    + $"{refusal}.";
                return new LogReadResult(LogReadOutcome.Damaged, [], end, start, problem);
            }

            before = entries[i].Position;
        }

        return new LogReadResult(outcome, entries, end, start);
    }
}
