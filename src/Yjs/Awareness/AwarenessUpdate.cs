namespace Relay.Yjs;

/// <summary>
/// The awareness update of y-protocols (<c>awareness.js</c>): a count, then for each client its id, its clock and its
/// state as a JSON string.
/// </summary>
public static class AwarenessUpdate
{
    /// <summary>The deepest JSON that is let through: what a JavaScript client parses without trouble.</summary>
    public const int MaxJsonDepth = 256;

    /// <summary>
    /// Reads a whole update, or refuses it wholly: an entry that is cut off, JSON that does not parse, a client listed
    /// twice, trailing bytes.
    /// </summary>
    /// <param name="update">The bytes; entries share this memory.</param>
    /// <param name="maxEntries">More entries than this are refused before they are read.</param>
    /// <param name="entries">The entries in their order, or nothing when refused.</param>
    /// <param name="error">Why it was refused.</param>
    public static bool TryDecode(ReadOnlyMemory<byte> update, int maxEntries, out IReadOnlyList<AwarenessEntry> entries,
        out YjsError error)
    {
        entries = [];
        var reader = new Lib0Reader(update.Span);
        var count = reader.ReadVarUint();
        if (!reader.Failed && count > (ulong)maxEntries)
        {
            reader.FailAt($"More than {maxEntries} awareness entries in one update.", 0);
        }

        // An entry takes at least four bytes, so a declared count is never trusted beyond the input.
        var list = new List<AwarenessEntry>(reader.Failed ? 0 : (int)Math.Min(count, (ulong)reader.Remaining / 4));
        var seen = count > 1 ? new HashSet<ClientKey>() : null;
        for (ulong i = 0; i < count && !reader.Failed; i++)
        {
            WorkMeter.Count();
            var start = reader.Position;
            var client = reader.ReadVarUint();
            var clock = reader.ReadVarUint();
            var length = reader.ReadLength();
            var at = reader.Position;
            var json = reader.ReadBytes(length);
            if (reader.Failed)
            {
                break;
            }

            if (seen is not null && !seen.Add(client))
            {
                reader.FailAt("A client is listed twice in one awareness update.", start);
            }
            else if (!Json.IsValid(json, MaxJsonDepth))
            {
                reader.FailAt("An awareness state is not valid JSON.", at);
            }
            else
            {
                list.Add(new AwarenessEntry(client, clock, update.Slice(at, length)));
            }
        }

        if (!reader.Failed && !reader.AtEnd)
        {
            reader.Fail("Bytes follow the awareness update.");
        }

        error = reader.Error;
        if (reader.Failed)
        {
            return false;
        }

        entries = list;
        return true;
    }

    /// <summary>Writes the entries in their order.</summary>
    public static byte[] Encode(IReadOnlyCollection<AwarenessEntry> entries)
    {
        using var writer = new Lib0Writer();
        writer.WriteVarUint((ulong)entries.Count);
        foreach (var entry in entries)
        {
            writer.WriteVarUint(entry.ClientId);
            writer.WriteVarUint(entry.Clock);
            writer.WriteVarBytes(entry.State.Span);
        }

        return writer.ToArray();
    }
}
