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
                WorkMeter.Count();
                some |= client is null || !client.Covers(parsed.Clock, parsed.End);
                all &= client is null || !client.Overlaps(parsed.Clock, parsed.End);
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

    private byte[] EncodeNews(DecodedUpdate decoded, ReadOnlySpan<byte> bytes)
    {
        // What is missing of each client's structs, as one more update would bring it: a document of its own takes the missing parts, then says all that it has.
        var news = new YDocument(garbageCollection: false, normalizes: false);
        foreach (var section in decoded.Sections)
        {
            if (section.Count == 0)
            {
                continue;
            }

            var known = FindClient(section.Client);
            var index = news.ClientIndex(section.Client);
            foreach (ref readonly var parsed in decoded.Structs.AsSpan(section.First, section.Count))
            {
                news.AddMissing(index, parsed, bytes, known);
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
        for (var at = range.Start; at < range.End;)
        {
            WorkMeter.Count();
            var from = known?.EndOfCovered(at) ?? at;
            at = Math.Min(range.End, known?.StartOfCovered(from) ?? range.End);
            if (from < at)
            {
                AddDelete(client, from, at);
            }
        }
    }
}
