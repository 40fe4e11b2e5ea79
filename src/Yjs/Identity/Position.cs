namespace Relay.Yjs;

/// <summary>
/// A place in a document's log that also identifies the history up to it: offsets of an epoch are 1, 2, 3 … without
/// holes, and the id is that of the entry at the offset. Two positions are the same history only if all three parts are
/// equal.
/// </summary>
/// <param name="Epoch">Which log; 0 only for <see cref="None"/>. A log that was lost starts a new, higher
/// epoch.</param>
/// <param name="Offset">How many entries the epoch has up to and with this one; 0 stands before the first.</param>
/// <param name="Id">The id of the entry at <paramref name="Offset"/>; <see cref="EntryId.None"/> at offset 0.</param>
public readonly record struct Position(long Epoch, long Offset, EntryId Id)
{
    /// <summary>The position of a document that has no log and no snapshot.</summary>
    public static Position None => default;

    public bool IsNone => Epoch == 0;

    public override string ToString() => $"{Epoch}/{Offset}/{Id}";
}
