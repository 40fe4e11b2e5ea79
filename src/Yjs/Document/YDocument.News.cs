namespace Relay.Yjs;

/// <content>What of an update a document does not have yet.</content>
public sealed partial class YDocument
{
    private enum Novelty
    {
        None,
        Part,
        All,
    }

    /// <summary>
    /// Says whether an update has anything that the document lacks. Reads it one struct at a time and stops at the
    /// first new one, so it takes no memory, whatever the update's size: a check for updates that are not to be
    /// applied.
    /// </summary>
    /// <param name="update">The bytes.</param>
    /// <param name="isNew">Whether something is new. What follows that was not read.</param>
    /// <param name="error">Why the update was refused.</param>
    /// <returns>False if it does not read as far as it was read.</returns>
    public bool TryFindNews(ReadOnlySpan<byte> update, out bool isNew, out YjsError error)
    {
        var reader = new Lib0Reader(update);
        var scratch = DecodedUpdate.Rent();
        isNew = HasNewStruct(ref reader, scratch) || HasNewDelete(ref reader);
        scratch.Return();
        if (!isNew && !reader.Failed && !reader.AtEnd)
        {
            reader.Fail("Bytes follow the update.");
        }

        error = reader.Error;
        return !reader.Failed;
    }

    private bool HasNewStruct(ref Lib0Reader reader, DecodedUpdate scratch)
    {
        var sections = reader.ReadVarUint();
        for (ulong i = 0; i < sections && !reader.Failed; i++)
        {
            var count = reader.ReadVarUint();
            var id = reader.ReadVarUint();
            var clock = (long)reader.ReadVarUint();
            var client = FindClient(id);
            for (ulong n = 0; n < count && !reader.Failed; n++)
            {
                scratch.Clear();
                var end = UpdateDecoder.ReadStruct(ref reader, scratch, id, clock);
                if (scratch.StructCount > 0 && !reader.Failed && client?.Covers(clock, end) != true)
                {
                    return true;
                }

                clock = end;
            }
        }

        return false;
    }

    private bool HasNewDelete(ref Lib0Reader reader)
    {
        var sections = reader.ReadVarUint();
        for (ulong i = 0; i < sections && !reader.Failed; i++)
        {
            var deletes = FindClient(reader.ReadVarUint())?.Deletes;
            var count = reader.ReadVarUint();
            for (ulong n = 0; n < count && !reader.Failed; n++)
            {
                WorkMeter.Count();
                var at = reader.Position;
                var clock = (long)reader.ReadVarUint();
                var length = UpdateDecoder.ReadLength(ref reader, at, clock);
                if (!reader.Failed && deletes?.Covers(clock, clock + length) != true)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>
    /// Whether an update of which the document had no part is still as new. Does not read the update.
    /// </summary>
    /// <param name="extent">What the update covers.</param>
    /// <returns>False also if the extent is not known.</returns>
    public bool HasNoneOf(in UpdateExtent extent) =>
        extent.IsKnown
        && (FindClient(extent.Client) is not { } client
            || !(extent.IsDeleted
                ? client.Deletes.Overlaps(extent.Start, extent.End)
                : client.Overlaps(extent.Start, extent.End)));

    private ReadOnlyMemory<byte> FindNews(DecodedUpdate decoded, ReadOnlyMemory<byte> update) =>
        HowMuchIsNew(decoded, update.Span) switch
        {
            Novelty.None => default,
            Novelty.All => update,
            _ => EncodeNews(decoded, update.Span),
        };

    private Novelty HowMuchIsNew(DecodedUpdate decoded, ReadOnlySpan<byte> bytes)
    {
        bool some = false, all = true;
        var walk = new UpdateWalk(decoded, bytes);
        while (walk.NextSection())
        {
            var client = FindClient(walk.Client);
            for (var structs = walk.NextStructs(); !structs.IsEmpty; structs = walk.NextStructs())
            {
                foreach (ref readonly var parsed in structs)
                {
                    WorkMeter.Count();
                    some |= client is null || !client.Covers(parsed.Clock, parsed.End);
                    all &= client is null || !client.Overlaps(parsed.Clock, parsed.End);
                }
            }
        }

        for (var ranges = walk.NextDeletes(); !ranges.IsEmpty; ranges = walk.NextDeletes())
        {
            foreach (ref readonly var range in ranges)
            {
                var deletes = FindClient(range.Client)?.Deletes;
                var covered = deletes is not null && deletes.Covers(range.Start, range.End);
                some |= !covered;
                all &= deletes is null || (!covered && !deletes.Overlaps(range.Start, range.End));
            }
        }

        // Empty lists are not new: logged and sent to all, each would cost everybody what a client's structs do.
        return !some ? Novelty.None : all && !decoded.HasEmptyLists ? Novelty.All : Novelty.Part;
    }

    private byte[] EncodeNews(DecodedUpdate decoded, ReadOnlySpan<byte> bytes)
    {
        // What is missing of each client's structs, as one more update would bring it: a document of its own takes the
        // missing parts, then says all that it has.
        var news = new YDocument(garbageCollection: false, normalizes: false);
        var walk = new UpdateWalk(decoded, bytes);
        while (walk.NextSection())
        {
            var structs = walk.NextStructs();
            if (structs.IsEmpty)
            {
                continue;
            }

            var known = FindClient(walk.Client);
            var index = news.ClientIndex(walk.Client);
            for (; !structs.IsEmpty; structs = walk.NextStructs())
            {
                foreach (ref readonly var parsed in structs)
                {
                    news.AddMissing(index, parsed, bytes, known);
                }
            }
        }

        for (var ranges = walk.NextDeletes(); !ranges.IsEmpty; ranges = walk.NextDeletes())
        {
            foreach (ref readonly var range in ranges)
            {
                news.AddMissingDeletes(FindClient(range.Client)?.Deletes, range);
            }
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
