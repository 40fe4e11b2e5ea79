using System.Buffers;

namespace Relay.Persistence;

public sealed class ByteSequencesTests
{
    private static readonly ReadOnlySequence<byte> Sequence =
        ByteSequences.Join([new byte[] { 1, 2 }, ReadOnlyMemory<byte>.Empty, new byte[] { 3 }]);

    [Fact]
    public void Parts_are_joined_in_their_order()
    {
        Assert.Equal([1, 2, 3], Sequence.ToArray());
        Assert.Equal([2, 3], Sequence.Slice(1).ToArray());
    }

    [Theory]
    [InlineData(true, 1, 2, 3)]
    [InlineData(false, 1, 2)]
    [InlineData(false, 1, 2, 3, 4)]
    [InlineData(false, 1, 2, 4)]
    [InlineData(false, 0, 2, 3)]
    [InlineData(false)]
    public void Bytes_are_compared_across_parts(bool isSame, params int[] bytes) =>
        Assert.Equal(isSame, Sequence.HasBytes(Array.ConvertAll(bytes, value => (byte)value)));
}
