namespace Relay.Yjs;

/// <content>What of an update a document does not have yet.</content>
public sealed partial class YDocument
{
    private ReadOnlyMemory<byte> FindNews(DecodedUpdate decoded, ReadOnlyMemory<byte> update)
    {
        bool some = false, all = true;
        foreach (var section in decoded.Sections)
        {
            var client = FindClient(section.Client);
            foreach (ref readonly var parsed in decoded.Structs.AsSpan(section.First, section.Count))
            {
                var missing = client is null ? parsed.Length : Missing(client, parsed.Clock, parsed.End);
                some |= missing > 0;
                all &= missing == parsed.Length;
            }
        }

        foreach (var range in decoded.Deletes)
        {
            var deletes = FindClient(range.Client)?.Deletes;
            var covered = deletes is not null && deletes.Covers(range.Start, range.End);
            some |= !covered;
            all &= deletes is null || (!covered && !deletes.Overlaps(range.Start, range.End));
        }

        return !some ? default : all ? update : EncodeNews(decoded, update.Span);
    }

    /// <summary>How many clocks between the two have no struct.</summary>
    private static long Missing(ClientBlocks client, long start, long end)
    {
        if (start >= client.End)
        {
            return end - start;
        }

        var missing = end - start;
        for (var i = client.FirstEndingAfter(start); i < client.Count && client.Blocks[i].Clock < end; i++)
        {
            missing -= Math.Min(end, client.Blocks[i].End) - Math.Max(start, client.Blocks[i].Clock);
        }

        return missing;
    }

    private byte[] EncodeNews(DecodedUpdate decoded, ReadOnlySpan<byte> bytes)
    {
        // What is missing of each client's structs, as one more update would bring it: a document of its own takes the missing parts, then says all that it has.
        var news = new YDocument(garbageCollection: false, normalizes: false);
        foreach (var section in decoded.Sections)
        {
            var known = FindClient(section.Client);
            var index = news.ClientIndex(section.Client);
            foreach (ref readonly var parsed in decoded.Structs.AsSpan(section.First, section.Count))
            {
                news.AddMissing(index, parsed, bytes, known, known?.Count ?? 0);
            }
        }

        foreach (var range in decoded.Deletes)
        {
            news.AddMissingDeletes(FindClient(range.Client)?.Deletes, range);
        }

        return news.EncodeState();
    }

    private void AddMissingDeletes(ClockRanges? known, DeleteRange range)
    {
        var client = clients[ClientIndex(range.Client)];
        var at = range.Start;
        var ranges = known is null ? default : known.Settle();
        for (var i = ClockRanges.FirstEndingAfter(ranges, at); i < ranges.Length && ranges[i].Start < range.End; i++)
        {
            if (ranges[i].Start > at)
            {
                AddDelete(client, at, ranges[i].Start);
            }

            at = Math.Max(at, ranges[i].End);
        }

        if (at < range.End)
        {
            AddDelete(client, at, range.End);
        }
    }
}
