namespace Relay.Yjs;

/// <summary>
/// What tells one container from another: see <see cref="Container"/>. Its hash is seeded per process, because
/// strangers choose clocks.
/// </summary>
internal readonly record struct ContainerKey(int OwnerClient, long OwnerClock, int RootName, int Key)
{
    public override int GetHashCode() =>
        SeededHash.Of((ulong)OwnerClock, ((ulong)OwnerClient << 32) | (uint)RootName, (uint)Key);
}
