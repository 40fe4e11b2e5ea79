namespace Relay.Yjs.Golden;

/// <summary>
/// Different bytes for the same struct, in either order: found by the random documents, cut down by hand.
/// </summary>
public sealed class OrderTests
{
    /// <summary>
    /// Three values that client 1 put under the key "a" of the map "m", one after another; all but the last are
    /// deleted.
    /// </summary>
    private const string Flagged = "01030100" + "2801016d0161017d01" + "a80100017d02" + "a80101017d03" + "0101010002";

    /// <summary>
    /// The same as <c>Y.mergeUpdates</c> and <c>Y.diffUpdate</c> write it: without the bit for a key where there is an
    /// origin. Yjs does not read that bit there.
    /// </summary>
    private const string Unflagged = "01030100" + "2801016d0161017d01" + "880100017d02" + "880101017d03" + "0101010002";

    /// <summary>The second and third value alone: whether they belong to a key is not known yet.</summary>
    private const string FlaggedHole = "01020101" + "a80100017d02" + "a80101017d03" + "00";

    private const string UnflaggedHole = "01020101" + "880100017d02" + "880101017d03" + "00";

    [Theory]
    [InlineData(true, Flagged, Unflagged)]
    [InlineData(false, Flagged, Unflagged)]
    [InlineData(true, FlaggedHole, UnflaggedHole)]
    [InlineData(false, FlaggedHole, UnflaggedHole)]
    public void Either_order_gives_the_same_bytes(bool garbageCollection, string one, string other)
    {
        var first = State(garbageCollection, one, other);
        var second = State(garbageCollection, other, one);
        Assert.Equal(first, second);
        Assert.Equal(first, State(garbageCollection, first));
        Assert.True(
            YDocument.TryMerge([Convert.FromHexString(one), Convert.FromHexString(other)], out var merged, out _));
        Assert.Equal(first, State(garbageCollection, Convert.ToHexStringLower(merged)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_key_bit_of_a_struct_with_an_origin_says_nothing(bool garbageCollection) =>
        Assert.Equal(State(garbageCollection, Flagged), State(garbageCollection, Unflagged));

    /// <summary>
    /// A client's text in three pieces. The second one brings the delete of a character that comes with the third,
    /// which goes on where the client's last block ends. Found by the simulation.
    /// </summary>
    [Fact]
    public void Content_whose_delete_came_first_is_dropped_when_it_continues_a_block()
    {
        string[] pieces = ["01010202840201017800", "01010200040101740278780102010301", "0101020384020202787800"];
        var document = new YDocument();
        foreach (var piece in pieces)
        {
            Assert.True(document.TryApply(Convert.FromHexString(piece), out _, out var error), error.ToString());
            _ = document.EncodeState();
        }

        Assert.Equal(State(true, [.. pieces.Reverse()]), Convert.ToHexStringLower(document.EncodeState()));
    }

    /// <summary>
    /// Five values of a list after a hole, the second of them deleted: as one struct, and as a client sends them that
    /// deleted before. Found by the random documents (seeds 204, 349 and 1561).
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Values_after_a_hole_are_cut_alike_whether_they_came_cut_or_whole(bool garbageCollection)
    {
        const string whole = "010101020801016105" + "7d017d027d037d047d05";
        string[] pieces =
        [
            "01010102" + "08010161017d01" + "00",
            "01010103" + "88010201" + "7d02" + "00",
            "01010104" + "88010303" + "7d037d047d05" + "00",
        ];
        const string delete = "000101010301";
        var expected = State(garbageCollection, whole + "0101010301");
        Assert.Equal(expected, State(garbageCollection, expected));
        Assert.Equal(expected, State(garbageCollection, whole + "00", delete));
        Assert.Equal(expected, State(garbageCollection, [.. pieces, delete]));
        Assert.Equal(expected, State(garbageCollection, [delete, .. pieces.Reverse()]));
    }

    private static string State(bool garbageCollection, params string[] updates)
    {
        var document = new YDocument(garbageCollection);
        foreach (var update in updates)
        {
            Assert.True(document.TryApply(Convert.FromHexString(update), out _, out var error), error.ToString());
        }

        return Convert.ToHexStringLower(document.EncodeState());
    }
}
