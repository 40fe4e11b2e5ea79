using System.Runtime.CompilerServices;

namespace Relay.Yjs.Document;

public sealed class BlockTests
{
    private const long LastClock = (1L << 53) - 1;

    public static TheoryData<long> Lengths =>
        [1, int.MaxValue - 1L, int.MaxValue, int.MaxValue + 1L, uint.MaxValue, uint.MaxValue + 1L, LastClock];

    [Fact]
    public void A_block_takes_48_bytes() => Assert.Equal(48, Unsafe.SizeOf<Block>());

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Each_length_and_clock_stays_beside_the_others(long length)
    {
        foreach (var kind in Enum.GetValues<BlockKind>())
        {
            var block = new Block { Clock = 5, Length = length, Kind = kind, OriginClock = LastClock, Content = 7 };
            Assert.Equal((5, length, kind, LastClock), (block.Clock, block.Length, block.Kind, block.OriginClock));
            Assert.Equal(5 + length, block.End);
            block.OriginClock = 3;
            block.Kind = BlockKind.Gc;
            Assert.Equal((length, BlockKind.Gc, 3L), (block.Length, block.Kind, block.OriginClock));

            // A part of it has room for content.
            (block.Length, block.Content) = (2, 9);
            Assert.Equal((2L, 9), (block.Length, block.Content));
            block.Length += length;
            Assert.Equal(2 + length, block.Length);
        }
    }
}
