namespace Relay.Yjs;

/// <content>Whether an update can take effect at once.</content>
public sealed partial class YDocument
{
    /// <summary>
    /// Whether everything that an update builds on is in the document or in the update itself: the structs before its own,
    /// their origins and their parents. Otherwise Yjs applies the deletes of the update at once and its structs later.
    /// </summary>
    /// <param name="update">A valid update in format V1.</param>
    /// <param name="besides">What counts as known besides; null for nothing else.</param>
    /// <returns>True also if the bytes are no update: that is for another check to say.</returns>
    public bool HasPastOf(ReadOnlyMemory<byte> update, YDocument? besides = null)
    {
        var decoded = DecodedUpdate.Rent();
        var result = !UpdateDecoder.TryDecode(update.Span, decoded, out _) || HasPastOf(decoded, besides);
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
        foreach (var section in decoded.Sections)
        {
            WorkMeter.Count();
            result = result && (FindClient(section.Client)?.End ?? 0) <= known.ClockOf(section.Client);
        }

        decoded.Return();
        return result;
    }

    private bool HasPastOf(DecodedUpdate decoded, YDocument? besides)
    {
        // What the holder of the document has once it has the update: per client the clock before which nothing is missing.
        var known = new Dictionary<ulong, long>(decoded.Sections.Count);
        foreach (var section in decoded.Sections)
        {
            var clock = KnownUntil(section.Client, besides);
            foreach (ref readonly var parsed in decoded.Structs.AsSpan(section.First, section.Count))
            {
                if (parsed.Clock > clock)
                {
                    return false;
                }

                clock = Math.Max(clock, parsed.End);
            }

            known[section.Client] = clock;
        }

        foreach (ref readonly var parsed in decoded.Structs.AsSpan(0, decoded.StructCount))
        {
            var hasLeft = (parsed.Flags & BlockFlags.HasOrigin) != 0;
            var hasParent = !parsed.HasOrigins && (parsed.Flags & BlockFlags.ParentIsRoot) == 0 && parsed.Kind != BlockKind.Gc;
            if (((hasLeft || hasParent) && !IsKnown(parsed.LeftClient, parsed.LeftClock))
                || ((parsed.Flags & BlockFlags.HasRightOrigin) != 0 && !IsKnown(parsed.RightClient, parsed.RightClock)))
            {
                return false;
            }
        }

        return true;

        bool IsKnown(ulong client, long clock) =>
            clock < (known.TryGetValue(client, out var end) ? end : KnownUntil(client, besides));
    }

    private long KnownUntil(ulong client, YDocument? besides)
    {
        var clock = FindClient(client)?.Contiguous ?? 0;
        if (besides?.FindClient(client) is { } other)
        {
            for (var i = other.FirstEndingAfter(clock); i < other.Count && other.Blocks[i].Clock <= clock; i++)
            {
                clock = other.Blocks[i].End;
            }
        }

        return clock;
    }
}
