using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Relay.Yjs;

/// <summary>
/// Goes through an update that was checked: from memory where it was kept, and otherwise by reading it again
/// (<see cref="UpdateReplay"/>). One walk of an update at a time; all structs come before the deletes.
/// </summary>
/// <param name="update">The update, decoded.</param>
/// <param name="bytes">The bytes from which it was decoded.</param>
internal ref struct UpdateWalk(DecodedUpdate update, ReadOnlySpan<byte> bytes)
{
    private const int NotBegun = -1;
    private const int InDeletes = int.MaxValue;

    private readonly ReadOnlySpan<byte> bytes = bytes;
    private int section = NotBegun;
    private bool isGiven;

    /// <summary>Whose structs come.</summary>
    public ulong Client { get; private set; }

    /// <summary>
    /// Goes on to the next client; all structs of the one before were taken. Clients without structs are passed over
    /// where the update is kept.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool NextSection()
    {
        if (!update.IsWhole)
        {
            return NextSectionAgain();
        }

        do
        {
            if (++section >= update.Sections.Count)
            {
                return false;
            }
        }
        while (update.Sections[section].Count == 0);

        (Client, isGiven) = (update.Sections[section].Client, false);
        return true;
    }

    /// <summary>The next structs of the client, in the order of their clocks; none if there are no more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<ParsedStruct> NextStructs()
    {
        if (!update.IsWhole)
        {
            return update.Replay.NextStructs(bytes);
        }

        if (isGiven)
        {
            return default;
        }

        isGiven = true;
        var (_, first, count) = update.Sections[section];
        return update.Structs.AsSpan(first, count);
    }

    /// <summary>The next deletes; none if there are no more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<DeleteRange> NextDeletes()
    {
        var isFirst = section != InDeletes;
        section = InDeletes;
        if (update.IsWhole)
        {
            return isFirst ? CollectionsMarshal.AsSpan(update.Deletes) : default;
        }

        return NextDeletesAgain(isFirst);
    }

    private ReadOnlySpan<DeleteRange> NextDeletesAgain(bool isFirst)
    {
        if (isFirst)
        {
            update.Replay.BeginDeletes(bytes);
        }

        return update.Replay.NextDeletes(bytes);
    }

    private bool NextSectionAgain()
    {
        if (section == NotBegun)
        {
            section = 0;
            update.Replay.Begin(bytes);
        }

        var isThere = update.Replay.NextSection(bytes, out var client);
        Client = client;
        return isThere;
    }
}
