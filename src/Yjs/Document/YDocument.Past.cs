namespace Relay.Yjs;

/// <content>Whether an update can take effect at once.</content>
public sealed partial class YDocument
{
    /// <summary>
    /// Whether everything that an update builds on is in the document or in the update itself: the structs before its
    /// own, their origins and their parents. Otherwise Yjs applies the deletes of the update at once and its structs
    /// later.
    /// </summary>
    /// <param name="update">A valid update in format V1.</param>
    /// <param name="besides">What counts as known besides; null for nothing else.</param>
    /// <returns>True also if the bytes are no update: that is for another check to say.</returns>
    public bool HasPastOf(ReadOnlyMemory<byte> update, StructClocks? besides = null)
    {
        var decoded = DecodedUpdate.Rent();
        var result = !UpdateDecoder.TryDecode(update.Span, decoded, out _) || HasPastOf(decoded, update.Span, besides);
        decoded.Return();
        return result;
    }

    /// <summary>
    /// Whether a holder of a state vector lacks no struct of the clients whose structs are in an update: so that it has
    /// the update as well makes no difference to what it lacks.
    /// </summary>
    /// <param name="stateVector">What the holder has besides.</param>
    /// <param name="update">A valid update in format V1.</param>
    /// <returns>False also for bytes that do not read.</returns>
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
            result = (FindClient(walk.Client)?.End ?? 0) <= known.ClockOf(walk.Client);
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

            var clock = KnownUntil(walk.Client, besides);
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
        var hasLeft = (parsed.Flags & BlockFlags.HasOrigin) != 0;
        var hasParent = !parsed.HasOrigins && (parsed.Flags & BlockFlags.ParentIsRoot) == 0
            && parsed.Kind != BlockKind.Gc;
        return (!(hasLeft || hasParent) || IsKnown(parsed.LeftClient, parsed.LeftClock))
            && ((parsed.Flags & BlockFlags.HasRightOrigin) == 0 || IsKnown(parsed.RightClient, parsed.RightClock));

        bool IsKnown(ulong client, long clock)
        {
            if (!known.TryGetValue(client, out var end))
            {
                known.Add(client, end = KnownUntil(client, besides));
            }

            return clock < end;
        }
    }

    private long KnownUntil(ulong client, StructClocks? besides)
    {
        var clock = FindClient(client)?.Contiguous ?? 0;
        return besides?.EndOfCovered(client, clock) ?? clock;
    }
}
