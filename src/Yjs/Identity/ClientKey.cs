namespace Relay.Yjs;

/// <summary>
/// A client's id as the key of a table. Its hash is seeded per process, because strangers choose ids. It costs no call
/// through an interface, as a comparer would.
/// </summary>
public readonly record struct ClientKey(ulong Id)
{
    public static implicit operator ClientKey(ulong id) => new(id);

    public override int GetHashCode() => SeededHash.Of(Id);
}
