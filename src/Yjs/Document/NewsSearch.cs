namespace Relay.Yjs;

/// <summary>What of an update a document does not have yet.</summary>
internal readonly struct NewsSearch(ClientTable clients)
{
    /// <summary>See <see cref="YDocument.TryFindNews"/>.</summary>
    public bool TryFindAny(ReadOnlySpan<byte> update, out bool isNew, out YjsError error)
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
            var client = clients.Find(id);
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
            var deletes = clients.Find(reader.ReadVarUint())?.Deletes;
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

    /// <summary>See <see cref="YDocument.HasNoneOf"/>.</summary>
    public bool HasNoneOf(in UpdateExtent extent) =>
        extent.IsKnown
        && (clients.Find(extent.Client) is not { } client
            || !(extent.IsDeleted
                ? client.Deletes.Overlaps(extent.Start, extent.End)
                : client.Overlaps(extent.Start, extent.End)));

    /// <summary>The part of an update that is new: the same memory when all is, empty when nothing is.</summary>
    public ReadOnlyMemory<byte> Find(DecodedUpdate decoded, ReadOnlyMemory<byte> update) =>
        HowMuchIsNew(decoded, update.Span) switch
        {
            Novelty.None => default,
            Novelty.All => update,
            _ => EncodeNews(decoded, update.Span),
        };

    public Novelty HowMuchIsNew(DecodedUpdate decoded, ReadOnlySpan<byte> bytes)
    {
        bool some = false, all = true;
        var walk = new UpdateWalk(decoded, bytes);
        while (walk.NextSection())
        {
            var client = clients.Find(walk.Client);
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
                var deletes = clients.Find(range.Client)?.Deletes;
                var covered = deletes is not null && deletes.Covers(range.Start, range.End);
                some |= !covered;
                all &= deletes is null || (!covered && !deletes.Overlaps(range.Start, range.End));
            }
        }

        // Empty lists are not new: logged and sent to all, each would cost everybody what a client's structs do.
        return !some ? Novelty.None : all && !decoded.HasEmptyLists ? Novelty.All : Novelty.Part;
    }

    public byte[] EncodeNews(DecodedUpdate decoded, ReadOnlySpan<byte> bytes)
    {
        // What is missing of each client's structs, as one more update would bring it: a document of its own takes the
        // missing parts, then says all that it has.
        var news = new DocumentTables(garbageCollection: false, normalizes: false);
        var union = new UpdateUnion(news);
        var walk = new UpdateWalk(decoded, bytes);
        while (walk.NextSection())
        {
            var structs = walk.NextStructs();
            if (structs.IsEmpty)
            {
                continue;
            }

            var known = clients.Find(walk.Client);
            var index = news.Clients.IndexOf(walk.Client);
            for (; !structs.IsEmpty; structs = walk.NextStructs())
            {
                foreach (ref readonly var parsed in structs)
                {
                    union.AddMissing(index, parsed, bytes, known);
                }
            }
        }

        for (var ranges = walk.NextDeletes(); !ranges.IsEmpty; ranges = walk.NextDeletes())
        {
            foreach (ref readonly var range in ranges)
            {
                union.AddMissingDeletes(clients.Find(range.Client)?.Deletes, range);
            }
        }

        new Collector(news).Run();
        return new UpdateEncoder(news).EncodeSince(StateVector.Empty);
    }
}
