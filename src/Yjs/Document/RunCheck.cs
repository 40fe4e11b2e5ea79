namespace Relay.Yjs;

/// <summary>
/// Finds text and runs of values that an update puts under a key by way of their origins; see
/// <see cref="BlockContent.IsRun"/>.
/// </summary>
internal readonly struct RunCheck(DocumentTables tables)
{
    /// <summary>
    /// Whether there is such a run; else how many values come whose place is unknown (see
    /// <see cref="DocumentTables.IsKeptSingly"/>).
    /// </summary>
    public bool PutsRunUnderKey(DecodedUpdate update, ReadOnlySpan<byte> bytes, out long singles, out YjsError error)
    {
        (singles, error) = (0, default);
        if (!update.HasRuns)
        {
            return false;
        }

        RunSearch? search = null;
        var walk = new UpdateWalk(update, bytes);
        while (walk.NextSection())
        {
            for (var structs = walk.NextStructs(); !structs.IsEmpty; structs = walk.NextStructs())
            {
                foreach (ref readonly var parsed in structs)
                {
                    if (parsed.MayMisplaceRun
                        && IsRunUnderKey(walk.Client, parsed, update, bytes, ref search, ref singles))
                    {
                        error = new YjsError("Text or several values stand under one key.", parsed.ContentOffset);
                        return true;
                    }
                }
            }
        }

        return false;
    }

    private bool IsRunUnderKey(ulong client, in ParsedStruct parsed, DecodedUpdate update, ReadOnlySpan<byte> bytes,
        ref RunSearch? search, ref long singles)
    {
        var place = parsed.HasOrigins ? PlaceOf(parsed) : RunPlace.UnderKey;
        if (place == RunPlace.NotLookedAt)
        {
            // What a user types is one struct, whose origin the document has, or an update that is not logged yet.
            place = update.StructTotal == 1
                ? RunPlace.Unknown
                : (search ??= new RunSearch(tables, update, bytes)).PlaceOf(client, parsed.Clock, bytes);
        }

        WorkMeter.Count();
        if (place != RunPlace.Elsewhere && parsed.Kind != BlockKind.String
            && !tables.Clients.Covers(client, parsed.Clock, parsed.End))
        {
            singles += parsed.Length;
        }

        return place == RunPlace.UnderKey && !tables.Clients.Deletes(client, parsed.Clock, parsed.End)
            && !(search ??= new RunSearch(tables, update, bytes)).Deletes(client, parsed.Clock, parsed.End, bytes);
    }

    /// <summary>Where a struct's first origin stands, if the document knows that.</summary>
    public RunPlace PlaceOf(in ParsedStruct parsed)
    {
        var (id, clock) = parsed.FirstOrigin;
        var client = tables.Clients.Find(id);
        if (client is null || clock >= client.Integrated)
        {
            return RunPlace.NotLookedAt;
        }

        var container = client.BlockAt(clock).Container;
        return container >= 0 && tables.Containers[container].Key != Block.None
            ? RunPlace.UnderKey
            : RunPlace.Elsewhere;
    }
}
