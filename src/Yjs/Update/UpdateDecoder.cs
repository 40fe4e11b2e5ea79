namespace Relay.Yjs;

/// <summary>
/// Reads update format V1 (<c>yjs/src/utils/encoding.js</c>, <c>readClientsStructRefs</c>, and <c>DeleteSet.js</c>)
/// from bytes that nobody vouches for. What it lets through, a stock Yjs client reads without throwing, now and when it
/// reads the stored document later: see each refusal.
/// </summary>
internal static class UpdateDecoder
{
    /// <summary>The deepest nesting of "any" values and JSON that is let through.</summary>
    public const int MaxDepth = 256;

    private const long MaxClock = (long)Lib0Reader.MaxSafeInteger;

    /// <summary>Reads the whole update into <paramref name="update"/>, or says why not.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, DecodedUpdate update, out YjsError error)
    {
        var reader = new Lib0Reader(bytes);
        var areInOrder = ReadStructs(ref reader, update);
        update.EndStructs(reader.Position);
        var areDeletesInOrder = reader.Failed || ReadDeletes(ref reader, update);
        if (!reader.Failed && !reader.AtEnd)
        {
            reader.Fail("Bytes follow the update.");
        }

        // Yjs lists clients in descending order; only other orders cost this.
        if (!reader.Failed && !areInOrder && RepeatedClients.AreAmongStructs(update, bytes))
        {
            reader.FailAt("A client is listed twice among the structs.", 0);
        }

        if (!reader.Failed && !areDeletesInOrder && RepeatedClients.AreAmongDeletes(bytes[update.DeletesAt..]))
        {
            reader.FailAt("A client is listed twice in the delete set.", update.DeletesAt);
        }

        error = reader.Error;
        return !reader.Failed;
    }

    /// <summary>Reads all structs; returns whether the clients are in descending order.</summary>
    private static bool ReadStructs(ref Lib0Reader reader, DecodedUpdate update)
    {
        var clients = reader.ReadVarUint();
        var areInOrder = true;
        ulong last = 0;
        for (ulong i = 0; i < clients && !reader.Failed; i++)
        {
            var count = reader.ReadVarUint();
            var client = reader.ReadVarUint();
            var clock = (long)reader.ReadVarUint();
            areInOrder &= i == 0 || client < last;
            last = client;
            update.SectionStart = update.StructCount;
            update.Expect(count, reader.Remaining);
            for (ulong n = 0; n < count && !reader.Failed; n++)
            {
                clock = ReadStruct(ref reader, update, client, clock);
            }

            update.EndSection(client);
        }

        return areInOrder;
    }

    /// <summary>Reads one struct at <paramref name="clock"/> and returns the clock after it.</summary>
    internal static long ReadStruct(ref Lib0Reader reader, DecodedUpdate update, ulong client, long clock)
    {
        WorkMeter.Count();
        var start = reader.Position;
        var info = reader.ReadByte();
        var kind = (BlockKind)(info & 0x1F);
        if (kind is BlockKind.Gc or BlockKind.Skip)
        {
            var length = ReadLength(ref reader, start, clock);
            if (kind == BlockKind.Gc && update.StructCount > update.SectionStart
                && update.Structs[update.StructCount - 1] is { Kind: BlockKind.Gc } last && last.End == clock)
            {
                update.Structs[update.StructCount - 1].Length += length;
            }
            else if (kind == BlockKind.Gc)
            {
                ref var plain = ref update.Add(reader.Remaining);
                (plain.Kind, plain.Clock, plain.Length) = (kind, clock, length);
            }

            return clock + length;
        }

        ref var item = ref update.Add(reader.Remaining);
        item.Kind = kind;
        item.Clock = clock;
        item.Flags = (BlockFlags)(info & 0xE0);
        ReadPlace(ref reader, ref item, client, start);
        item.Length = UpdateContentReader.Read(ref reader, ref item, start);
        if (!reader.Failed && item.Length > MaxClock - clock)
        {
            reader.FailAt("A struct ends beyond clock 2^53 - 1.", start);
        }

        update.HasRuns |= item.MayMisplaceRun;
        return reader.Failed ? clock : item.End;
    }

    /// <summary>Reads again what a struct that was checked, and is no garbage, says about its place.</summary>
    internal static ParsedStruct ReadPlaceAt(ReadOnlySpan<byte> bytes)
    {
        var reader = new Lib0Reader(bytes);
        var item = default(ParsedStruct);
        item.Flags = (BlockFlags)(reader.ReadByte() & 0xE0);
        item.Clock = long.MaxValue;
        ReadPlace(ref reader, ref item, client: 0, start: 0);
        return item;
    }

    /// <summary>
    /// Origins, or else the parent. A struct that names a later one of its own client can never be integrated; Yjs
    /// looks for it and throws.
    /// </summary>
    private static void ReadPlace(ref Lib0Reader reader, ref ParsedStruct item, ulong client, int start)
    {
        if ((item.Flags & BlockFlags.HasOrigin) != 0)
        {
            (item.LeftClient, item.LeftClock) = (reader.ReadVarUint(), (long)reader.ReadVarUint());
        }

        if ((item.Flags & BlockFlags.HasRightOrigin) != 0)
        {
            (item.RightClient, item.RightClock) = (reader.ReadVarUint(), (long)reader.ReadVarUint());
            if (item.RightClient == client && item.RightClock >= item.Clock)
            {
                reader.FailAt("A right origin is not before its struct.", start);
            }
        }

        var namesLeft = (item.Flags & BlockFlags.HasOrigin) != 0;
        if (!item.HasOrigins)
        {
            var parentIsRoot = reader.ReadVarUint();
            if (parentIsRoot > 1)
            {
                reader.FailAt("A parent is neither a root type nor an item.", start);
            }
            else if (parentIsRoot == 1)
            {
                item.Flags |= BlockFlags.ParentIsRoot;
                item.Name = ReadStringPlace(ref reader);
            }
            else
            {
                (item.LeftClient, item.LeftClock) = (reader.ReadVarUint(), (long)reader.ReadVarUint());
                namesLeft = true;
            }

            if ((item.Flags & BlockFlags.HasKey) != 0)
            {
                item.Key = ReadStringPlace(ref reader);
            }
        }

        if (namesLeft && item.LeftClient == client && item.LeftClock >= item.Clock)
        {
            reader.FailAt("An origin or a parent is not before its struct.", start);
        }
    }

    private static (int Offset, int Length) ReadStringPlace(ref Lib0Reader reader)
    {
        var length = reader.ReadVarString().Length;
        return (reader.Position - length, length);
    }

    /// <summary>Reads all delete ranges; returns whether the clients are in descending order.</summary>
    private static bool ReadDeletes(ref Lib0Reader reader, DecodedUpdate update)
    {
        var clients = reader.ReadVarUint();
        var areInOrder = true;
        ulong last = 0;
        for (ulong i = 0; i < clients && !reader.Failed; i++)
        {
            var client = reader.ReadVarUint();
            var count = reader.ReadVarUint();
            areInOrder &= i == 0 || client < last;
            last = client;
            update.HasEmptyLists |= count == 0;
            for (ulong n = 0; n < count && !reader.Failed; n++)
            {
                WorkMeter.Count();
                var start = reader.Position;
                var clock = (long)reader.ReadVarUint();
                var length = ReadLength(ref reader, start, clock);
                update.AddDelete(new DeleteRange(client, clock, clock + length));
            }
        }

        return areInOrder;
    }

    internal static long ReadLength(ref Lib0Reader reader, int start, long clock)
    {
        var length = (long)reader.ReadVarUint();
        if (!reader.Failed && (length == 0 || length > MaxClock - clock))
        {
            reader.FailAt(
                length == 0 ? "A struct or a delete range has length zero."
                : "A range ends beyond clock 2^53 - 1.", start);
        }

        return reader.Failed ? 1 : length;
    }
}
