using System.Numerics;

namespace Relay.Yjs;

/// <summary>
/// An update that was read and checked wholly. It is scratch: reused for the next update of the thread, so that reading
/// one allocates nothing.
/// </summary>
/// <remarks>
/// A struct takes 64 bytes here and may take four on the wire. So of an update with more structs, clients or delete
/// ranges than <see cref="MostKept"/> nothing is kept but the totals: <see cref="UpdateWalk"/> reads it again, some at
/// a time, whenever it is gone through.
/// </remarks>
/// <param name="room">How many structs there is room for at first.</param>
internal sealed class DecodedUpdate(int room = DecodedUpdate.FirstCapacity)
{
    /// <summary>Structs, clients and delete ranges, of each so many, are kept. Nearly all updates have fewer.</summary>
    public const int MostKept = 65_536;

    /// <summary>The bytes of the smallest struct that is not joined with the one before it.</summary>
    private const int SmallestStruct = 3;

    private const int FirstCapacity = 16;
    private const int KeptCapacity = 1024;

    [ThreadStatic]
    private static DecodedUpdate? spare;

    // One room for many structs, for whichever thread needs it next: it takes up to 4 MB.
    private static ParsedStruct[]? spareRoom;

    /// <summary>The structs; those that were read last if not all are kept.</summary>
    public ParsedStruct[] Structs = new ParsedStruct[room];
    public int StructCount;
    public readonly List<ClientSection> Sections = [];
    public readonly List<DeleteRange> Deletes = [];

    // The room for few structs, while there are many.
    private ParsedStruct[]? smallRoom;

    // What was read and is not kept.
    private int structsPassed;
    private UpdateReplay? replay;

    /// <summary>Reads it again, where it is not kept.</summary>
    public UpdateReplay Replay => replay ??= new UpdateReplay(this);

    /// <summary>Whether all structs, sections and deletes are kept.</summary>
    public bool IsWhole { get; private set; } = true;

    /// <summary>Where the section that is being read begins in <see cref="Structs"/>.</summary>
    public int SectionStart { get; set; }

    /// <summary>How many structs it has.</summary>
    public int StructTotal { get; private set; }

    /// <summary>How many clients have a section among the structs, be it empty.</summary>
    public int SectionTotal { get; private set; }

    /// <summary>How many delete ranges it has.</summary>
    public int DeleteTotal { get; private set; }

    /// <summary>The byte at which the deletes begin.</summary>
    public int DeletesAt { get; private set; }

    /// <summary>
    /// Whether a struct should stand in a sequence, and may not: see <see cref="ParsedStruct.MayMisplaceRun"/>.
    /// </summary>
    public bool HasRuns { get; set; }

    /// <summary>
    /// Whether a client is listed without structs, or without delete ranges. Yjs writes no such lists, and takes each
    /// of them for nothing.
    /// </summary>
    public bool HasEmptyLists { get; set; }

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
            Volatile.Write(ref spareRoom, Structs);
            Structs = smallRoom ?? new ParsedStruct[KeptCapacity];
            smallRoom = null;
        }

        Clear();
        spare = this;
    }

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        (StructCount, SectionStart, structsPassed, IsWhole) = (0, 0, 0, true);
        (HasRuns, HasEmptyLists) = (false, false);
        (StructTotal, SectionTotal, DeleteTotal, DeletesAt) = (0, 0, 0, 0);
        Clear(Sections);
        Clear(Deletes);
    }

    /// <summary>
    /// A section follows: takes the room for its structs at once, where they would not fit, instead of by doubling.
    /// </summary>
    /// <param name="count">How many structs it declares.</param>
    /// <param name="bytesLeft">The bytes that follow, which bound them.</param>
    public void Expect(ulong count, int bytesLeft)
    {
        var room = StructCount + (int)Math.Min(count, (ulong)(1 + (bytesLeft / SmallestStruct)));
        if (room > Structs.Length && Structs.Length < MostKept)
        {
            Grow(bytesLeft, room);
        }
    }

    /// <summary>Room for one more struct; its fields are cleared.</summary>
    /// <param name="bytesLeft">The bytes that follow what was read of it.</param>
    public ref ParsedStruct Add(int bytesLeft)
    {
        if (StructCount == Structs.Length)
        {
            MakeRoom(bytesLeft);
        }

        ref var added = ref Structs[StructCount++];
        added = default;
        return ref added;
    }

    /// <summary>The section that was read is whole.</summary>
    public void EndSection(ulong client)
    {
        SectionTotal++;
        HasEmptyLists |= StructCount == SectionStart;
        if (Sections.Count == MostKept)
        {
            KeepNone();
        }

        if (IsWhole)
        {
            Sections.Add(new ClientSection(client, SectionStart, StructCount - SectionStart));
        }
    }

    public void AddDelete(in DeleteRange range)
    {
        DeleteTotal++;
        if (Deletes.Count == MostKept)
        {
            KeepNone();
        }

        if (IsWhole)
        {
            Deletes.Add(range);
        }
    }

    /// <summary>All structs were read; the deletes begin.</summary>
    public void EndStructs(int at) => (StructTotal, DeletesAt) = (structsPassed + StructCount, at);

    /// <summary>Makes room for the structs that are read next, in place of those that were.</summary>
    public void PassStructs() => (StructCount, SectionStart) = (0, 0);

    private void MakeRoom(int bytesLeft)
    {
        if (Structs.Length >= MostKept)
        {
            KeepNone();
            return;
        }

        Grow(bytesLeft, StructCount + 1);
    }

    /// <summary>Doubles the room, or more, but to no more than the rest of the update can fill.</summary>
    private void Grow(int bytesLeft, int atLeast)
    {
        var doubled = Math.Min(2 * StructCount, StructCount + 1 + (bytesLeft / SmallestStruct));
        var room = Math.Min(MostKept, Math.Max(atLeast, doubled));
        if (room <= KeptCapacity)
        {
            Array.Resize(ref Structs, room);
            return;
        }

        // Large objects that are left behind with each update are only collected with the whole heap.
        var larger = Interlocked.Exchange(ref spareRoom, null);
        if (larger is null || larger.Length < room)
        {
            larger = new ParsedStruct[Math.Min(MostKept, (int)BitOperations.RoundUpToPowerOf2((uint)room))];
        }

        Structs.AsSpan(0, StructCount).CopyTo(larger);
        smallRoom ??= Structs.Length <= KeptCapacity ? Structs : null;
        Structs = larger;
    }

    private void KeepNone()
    {
        IsWhole = false;
        structsPassed += StructCount;
        PassStructs();
        Clear(Sections);
        Clear(Deletes);
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
