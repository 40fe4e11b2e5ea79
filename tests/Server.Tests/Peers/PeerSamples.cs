using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Peers;

/// <summary>States and what nodes know.</summary>
internal static class PeerSamples
{
    public const string StatePath = "/internal/documents/doc/state";

    public static PeerSecret Secret { get; } = new("0123456789abcdef0123456789abcdef");

    public static DocumentName Name { get; } = DocumentName.Create("doc");

    public static Position At(long offset) => new(1000, offset, new EntryId(0x1122334455667788));

    public static PeerState State(int documentBytes = 3) =>
        new(At(7), At(5), new HashSet<Position> { At(6) }, Bytes(documentBytes), new byte[] { 4, 5 }, new byte[] { 6 });

    /// <summary>Bytes that deflate does not make smaller by much.</summary>
    public static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    public static async Task<byte[]> WrittenAsync(PeerState state, string proof = "proof")
    {
        using var output = new MemoryStream();
        await PeerStateWriter.WriteAsync(output, state, Secret, proof, CancellationToken.None);
        return output.ToArray();
    }

    public static void AssertEqual(PeerState expected, PeerState? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.Position, actual.Position);
        Assert.Equal(expected.Saved, actual.Saved);
        Assert.Equal(expected.Unreadable.Order(Comparer<Position>.Create((a, b) => a.Offset.CompareTo(b.Offset))),
            actual.Unreadable.Order(Comparer<Position>.Create((a, b) => a.Offset.CompareTo(b.Offset))));
        Assert.True(expected.Document.Span.SequenceEqual(actual.Document.Span));
        Assert.True(expected.Unlogged.Span.SequenceEqual(actual.Unlogged.Span));
        Assert.True(expected.Awareness.Span.SequenceEqual(actual.Awareness.Span));
    }
}
