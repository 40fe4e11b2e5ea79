using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Relay.Backplane;

/// <summary>Who takes the messages of which channel; looked up by the bytes of the message. Thread-safe.</summary>
internal sealed class DirectChannels
{
    private readonly ConcurrentDictionary<byte[], Action<byte[]>> takers = new(new BytesComparer());
    private readonly ConcurrentDictionary<byte[], Action<byte[]>>.AlternateLookup<ReadOnlySpan<byte>> lookup;

    public DirectChannels() => lookup = takers.GetAlternateLookup<ReadOnlySpan<byte>>();

    public void Set(byte[] channel, Action<byte[]> taker) => takers[channel] = taker;

    public void Remove(byte[] channel) => takers.TryRemove(channel, out _);

    public bool TryFind(ReadOnlySpan<byte> channel, [MaybeNullWhen(false)] out Action<byte[]> taker) =>
        lookup.TryGetValue(channel, out taker);

    /// <summary>By content, with hashes that a client who chooses names cannot foresee.</summary>
    private sealed class BytesComparer
        : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = default(HashCode);
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
