using System.Text;

namespace Relay.Yjs.Golden;

/// <summary>Awareness updates that real clients were seen to send.</summary>
public sealed class GoldenAwarenessTests
{
    [Theory]
    [InlineData("010101027b7d", 1, 1, "{}")]
    [InlineData("010101046e756c6c", 1, 1, "null")]
    public void One_client_reads_and_writes_as_the_same_bytes(string hex, ulong client, ulong clock, string state)
    {
        Assert.True(AwarenessUpdate.TryDecode(Convert.FromHexString(hex), 10, out var entries, out var error),
            error.ToString());
        var entry = Assert.Single(entries);
        Assert.Equal((client, clock, state), (entry.ClientId, entry.Clock, Encoding.UTF8.GetString(entry.State.Span)));
        Assert.Equal(state == "null", entry.IsNull);
        Assert.Equal(hex, Convert.ToHexStringLower(AwarenessUpdate.Encode([entry])));
    }

    [Fact]
    public void Presence_of_no_client_is_one_zero()
    {
        Assert.True(AwarenessUpdate.TryDecode(new byte[] { 0 }, 0, out var entries, out _));
        Assert.Empty(entries);
        Assert.Equal([0], AwarenessUpdate.Encode([]));
    }

    /// <summary>
    /// Whole y-websocket frames: type 1 and a buffer, or type 0, the kind of sync message and a buffer.
    /// </summary>
    [Theory]
    [InlineData("0106010101027b7d", new ulong[] { 1 }, "010101027b7d")]
    [InlineData("0108010101046e756c6c", new ulong[] { 1 }, "010101046e756c6c")]
    [InlineData("0106010100027b7d", new ulong[] { 1 }, "010100027b7d")]
    [InlineData("00000100", new ulong[] { 0, 0 }, "00")]
    [InlineData("0001020000", new ulong[] { 0, 1 }, "0000")]
    [InlineData("00020b0101010004010174016100", new ulong[] { 0, 2 }, "0101010004010174016100")]
    public void Frames_are_small_numbers_and_one_buffer(string frame, ulong[] numbers, string buffer)
    {
        var reader = new Lib0Reader(Convert.FromHexString(frame));
        foreach (var number in numbers)
        {
            Assert.Equal(number, reader.ReadVarUint());
        }

        Assert.Equal(buffer, Convert.ToHexStringLower(reader.ReadVarBytes()));
        Assert.True(reader.AtEnd && !reader.Failed);
        using var writer = new Lib0Writer(1);
        foreach (var number in numbers)
        {
            writer.WriteVarUint(number);
        }

        writer.WriteVarBytes(Convert.FromHexString(buffer));
        Assert.Equal(frame, Convert.ToHexStringLower(writer.WrittenSpan));
    }

    [Fact]
    public void A_permission_that_is_denied_comes_with_a_text()
    {
        var reader = new Lib0Reader(Convert.FromHexString("0200066465" + "6e696564"));
        Assert.Equal((2UL, 0UL), (reader.ReadVarUint(), reader.ReadVarUint()));
        Assert.Equal("denied", Encoding.UTF8.GetString(reader.ReadVarString()));
        Assert.True(reader.AtEnd);
    }
}
