namespace Relay.Yjs;

/// <summary>
/// An id as the key of a table: a client's index and a clock. Its hash is seeded per process, because strangers choose
/// clocks.
/// </summary>
internal readonly record struct ItemKey(int Client, long Clock) : IComparable<ItemKey>
{
    public override int GetHashCode() => SeededHash.Of((ulong)Client, (ulong)Clock);

    public int CompareTo(ItemKey other) =>
        Client == other.Client ? Clock.CompareTo(other.Clock) : Client.CompareTo(other.Client);
}
