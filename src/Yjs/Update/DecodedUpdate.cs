namespace Relay.Yjs;

/// <summary>The structs of one client in an update: consecutive in <see cref="DecodedUpdate.Structs"/>, ascending in their clocks. Skips are left out.</summary>
internal readonly record struct ClientSection(ulong Client, int First, int Count);

/// <summary>A range of deleted clocks of one client, <paramref name="End"/> exclusive.</summary>
internal readonly record struct DeleteRange(ulong Client, long Start, long End);

/// <summary>
/// An update that was read and checked wholly. It is scratch: reused for the next update of the thread, so that reading one allocates nothing. Structs take
/// at most <c>sizeof(ParsedStruct)</c> / 3 times the input's bytes: the smallest that is not joined with the one before it takes three.
/// </summary>
internal sealed class DecodedUpdate
{
    private const int KeptCapacity = 1024;

    [ThreadStatic]
    private static DecodedUpdate? spare;

    public ParsedStruct[] Structs = new ParsedStruct[16];
    public int StructCount;
    public readonly List<ClientSection> Sections = [];
    public readonly List<DeleteRange> Deletes = [];

    /// <summary>Indices of the structs that should stand in a sequence, and may not: see <see cref="BlockContent.IsRun"/>.</summary>
    public readonly List<int> Runs = [];

    /// <summary>Takes the thread's spare one, empty.</summary>
    public static DecodedUpdate Rent()
    {
        var update = spare ?? new DecodedUpdate();
        spare = null;
        return update;
    }

    /// <summary>Gives it back for the next update, without room that only an unusually large one needed.</summary>
    public void Return()
    {
        if (Structs.Length > KeptCapacity)
        {
            Structs = new ParsedStruct[KeptCapacity];
        }

        Clear();
        spare = this;
    }

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        StructCount = 0;
        Clear(Sections);
        Clear(Deletes);
        Clear(Runs);
    }

    /// <summary>Room for one more struct; its fields are cleared.</summary>
    public ref ParsedStruct Add()
    {
        if (StructCount == Structs.Length)
        {
            Array.Resize(ref Structs, 2 * StructCount);
        }

        ref var added = ref Structs[StructCount++];
        added = default;
        return ref added;
    }

    private static void Clear<T>(List<T> list)
    {
        list.Clear();
        if (list.Capacity > KeptCapacity)
        {
            list.Capacity = 0;
        }
    }
}
