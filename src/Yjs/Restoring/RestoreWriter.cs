namespace Relay.Yjs;

/// <summary>
/// Writes the update that restores: new structs of one new client, each right after the one before it where they belong
/// to one place, and deletes.
/// </summary>
internal sealed class RestoreWriter(ulong client) : IDisposable
{
    private readonly Lib0Writer structs = new(1024);
    private readonly Lib0Writer content = new();
    private readonly SortedDictionary<ulong, ClockRanges> deletes = new(
        Comparer<ulong>.Create((left, right) => right.CompareTo(left)));
    private int structCount;
    private CopyPlace place;
    private BlockKind openKind;
    private long openClock;
    private long clock;

    public ulong Client => client;

    /// <summary>The structs that are written so far.</summary>
    public ReadOnlySpan<byte> Copies => structs.WrittenSpan;

    public void Delete(ulong deleted, long from, long to)
    {
        if (!deletes.TryGetValue(deleted, out var ranges))
        {
            deletes.Add(deleted, ranges = new ClockRanges());
        }

        ranges.Add(from, to);
    }

    /// <summary>Begins a run of copies.</summary>
    public void Begin(in CopyPlace at) => place = at;

    /// <summary>
    /// Adds a copy to the run, joined with the one before it where their kinds allow it, and returns its first clock.
    /// </summary>
    public long Add(BlockKind kind, ReadOnlySpan<byte> bytes, long length)
    {
        if (openClock < clock && (openKind != kind || !BlockContent.IsJoinable(kind)))
        {
            WriteOpen();
        }

        var at = clock;
        openKind = kind;
        content.WriteBytes(bytes);
        clock += length;
        return at;
    }

    /// <summary>Ends the run.</summary>
    public void End()
    {
        if (openClock < clock)
        {
            WriteOpen();
        }
    }

    public byte[] ToUpdate()
    {
        using var update = new Lib0Writer(structs.Length + 1024);
        update.WriteVarUint(structCount > 0 ? 1u : 0);
        if (structCount > 0)
        {
            update.WriteVarUint((ulong)structCount);
            update.WriteVarUint(client);
            update.WriteVarUint(0);
            update.WriteBytes(structs.WrittenSpan);
        }

        update.WriteVarUint((ulong)deletes.Count);
        foreach (var (deleted, ranges) in deletes)
        {
            UpdateEncoder.WriteDeletes(update, deleted, ranges.Settle());
        }

        return update.ToArray();
    }

    public void Dispose()
    {
        structs.Dispose();
        content.Dispose();
    }

    private void WriteOpen()
    {
        var info = (int)openKind | (place.Origin is null
            ? 0
            : (int)BlockFlags.HasOrigin) | (place.Right is null ? 0 : (int)BlockFlags.HasRightOrigin)
            | (place.Key is null ? 0 : (int)BlockFlags.HasKey);
        structs.WriteByte((byte)info);
        WriteId(place.Origin);
        WriteId(place.Right);
        if (place.Origin is null && place.Right is null)
        {
            structs.WriteVarUint(place.Parent is null ? 1u : 0);
            WriteId(place.Parent);
            if (place.Parent is null)
            {
                structs.WriteVarBytes(place.Root.Span);
            }

            if (place.Key is { } key)
            {
                structs.WriteVarBytes(key.Span);
            }
        }

        BlockContent.Write(structs, openKind, content.WrittenSpan, new ContentSlice(0, content.Length, false, false),
            clock - openClock);
        structCount++;
        content.Clear();
        openClock = clock;
        place = place with { Origin = (client, clock - 1) };
    }

    private void WriteId((ulong Client, long Clock)? id)
    {
        if (id is { } named)
        {
            structs.WriteVarUint(named.Client);
            structs.WriteVarUint((ulong)named.Clock);
        }
    }
}
