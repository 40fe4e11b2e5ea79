namespace Relay.Yjs;

/// <summary>Whether an update can take effect at once.</summary>
internal readonly struct PastCheck(ClientTable clients)
{
    /// <summary>See <see cref="YDocument.HasPastOf"/>.</summary>
    public bool HasPastOf(ReadOnlyMemory<byte> update, StructClocks? besides)
    {
        var decoded = DecodedUpdate.Rent();
        var result = !UpdateDecoder.TryDecode(update.Span, decoded, out _) || HasPastOf(decoded, update.Span, besides);
        decoded.Return();
        return result;
    }

    /// <summary>See <see cref="YDocument.HasNothingBeyond"/>.</summary>
    public bool HasNothingBeyond(ReadOnlySpan<byte> stateVector, ReadOnlyMemory<byte> update)
    {
        if (!StateVector.TryDecode(stateVector, out var known, out _))
        {
            return false;
        }

        var decoded = DecodedUpdate.Rent();
        var result = UpdateDecoder.TryDecode(update.Span, decoded, out _);
        var walk = new UpdateWalk(decoded, update.Span);
        while (result && walk.NextSection())
        {
            result = (clients.Find(walk.Client)?.End ?? 0) <= known.ClockOf(walk.Client);
            while (!walk.NextStructs().IsEmpty)
            {
                WorkMeter.Count();
            }
        }

        decoded.Return();
        return result;
    }

    private bool HasPastOf(DecodedUpdate decoded, ReadOnlySpan<byte> bytes, StructClocks? besides)
    {
        // What the holder of the document has once it has the update: per client the clock before which nothing is
        // missing.
        var known = new Dictionary<ClientKey, long>(Math.Min(decoded.SectionTotal, decoded.StructTotal));
        var walk = new UpdateWalk(decoded, bytes);
        while (walk.NextSection())
        {
            WorkMeter.Count();
            var structs = walk.NextStructs();
            if (structs.IsEmpty)
            {
                continue;
            }

            var clock = KnownUntil(clients, walk.Client, besides);
            for (; !structs.IsEmpty; structs = walk.NextStructs())
            {
                foreach (ref readonly var parsed in structs)
                {
                    WorkMeter.Count();
                    if (parsed.Clock > clock)
                    {
                        return false;
                    }

                    clock = Math.Max(clock, parsed.End);
                }
            }

            known[walk.Client] = clock;
        }

        walk = new UpdateWalk(decoded, bytes);
        while (walk.NextSection())
        {
            for (var structs = walk.NextStructs(); !structs.IsEmpty; structs = walk.NextStructs())
            {
                foreach (ref readonly var parsed in structs)
                {
                    WorkMeter.Count();
                    if (!HasPastOf(parsed, known, besides))
                    {
                        return false;
                    }
                }
            }
        }

        return true;
    }

    /// <summary>Whether a struct's origins and its parent are known.</summary>
    private bool HasPastOf(in ParsedStruct parsed, Dictionary<ClientKey, long> known, StructClocks? besides)
    {
        var table = clients;
        var hasLeft = (parsed.Flags & BlockFlags.HasOrigin) != 0;
        var hasParent = !parsed.HasOrigins && (parsed.Flags & BlockFlags.ParentIsRoot) == 0
            && parsed.Kind != BlockKind.Gc;
        return (!(hasLeft || hasParent) || IsKnown(parsed.LeftClient, parsed.LeftClock))
            && ((parsed.Flags & BlockFlags.HasRightOrigin) == 0 || IsKnown(parsed.RightClient, parsed.RightClock));

        bool IsKnown(ulong client, long clock)
        {
            if (!known.TryGetValue(client, out var end))
            {
                known.Add(client, end = KnownUntil(table, client, besides));
            }

            return clock < end;
        }
    }

    private static long KnownUntil(ClientTable clients, ulong client, StructClocks? besides)
    {
        var clock = clients.Find(client)?.Contiguous ?? 0;
        return besides?.EndOfCovered(client, clock) ?? clock;
    }
}
