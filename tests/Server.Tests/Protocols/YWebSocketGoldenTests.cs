using System.Text;
using Relay.Doubles;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Protocols.YWebSocket;

/// <summary>Frames as the reference client and server write them.</summary>
public sealed class YWebSocketGoldenTests
{
    private const int MaxMessages = 65_536;

    private static readonly byte[] A = Convert.FromHexString("0101010004010174016100");

    [Fact]
    public void The_nodes_frames_are_those_of_the_reference_server()
    {
        var format = YWebSocketFormat.Instance;
        Assert.Equal("820400000100", Hex(format.SyncStep1([0])));
        Assert.Equal("82050001020000", Hex(format.SyncStep2([0, 0])));
        Assert.Equal("820e00020b0101010004010174016100", Hex(format.Update(A)));
        Assert.Equal("820a0108010101046e756c6c", Hex(format.Awareness(Convert.FromHexString("010101046e756c6c"))));
        Assert.Equal("8203010100", Hex(format.Silence));
        Assert.Equal("8204660207ac", Hex(format.Marker([7, 0xAC])));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(200)]
    [InlineData(65_529)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(300_000)]
    public void A_frame_of_any_size_holds_exactly_its_message(int size)
    {
        var update = new byte[size];
        Random.Shared.NextBytes(update);
        var frame = YWebSocketFormat.Instance.Update(update).Span;
        var header = frame[1] == 126 ? 4 : frame[1] == 127 ? 10 : 2;
        List<DocumentMessage> messages = [];
        Assert.True(YWebSocketDecoder.TryDecode(frame[header..].ToArray(), 0, messages, out _));
        Assert.Equal(update, messages.Single().Payload.ToArray());
    }

    [Theory]
    [InlineData("00000100", "SyncStep1:00")]
    [InlineData("0001020000", "SyncStep2:0000")]
    [InlineData("00020b0101010004010174016100", "Update:0101010004010174016100")]
    [InlineData("0106010100027b7d", "Awareness:1@0={}")]
    [InlineData("0108010101046e756c6c", "Awareness:1@1=null")]
    [InlineData("03", "QueryAwareness:")]
    [InlineData("000001000106010100027b7d03", "SyncStep1:00 Awareness:1@0={} QueryAwareness:")]
    [InlineData("00020b010101000401017401610000020b0101010004010174016100",
        "Update:0101010004010174016100 Update:0101010004010174016100")]
    [InlineData("67", "")]
    [InlineData("000001006701020304", "SyncStep1:00")]
    [InlineData("6601076602ac02", "Marker:07 Marker:ac02")]
    [InlineData("00020b01010100040101740161006600", "Update:0101010004010174016100 Marker:")]
    [InlineData("02000664656e696564", "")]
    [InlineData("010100", "Awareness:")]
    public void A_clients_frames_are_read(string hex, string expected)
    {
        List<DocumentMessage> messages = [];
        Assert.True(YWebSocketDecoder.TryDecode(Convert.FromHexString(hex), 7, messages, out _));
        Assert.All(messages, m => Assert.Equal(7, m.Frame));
        Assert.Equal(expected, string.Join(' ', messages.Select(Show)));
        Assert.All(messages, m => Assert.True(m.Bytes > 0));
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("0003020000")]
    [InlineData("000002")]
    [InlineData("0000ffffffff0f")]
    [InlineData("0002ffffffffffffffffff01")]
    [InlineData("01")]
    [InlineData("0106010100027b")]
    [InlineData("0000010001")]
    [InlineData("66")]
    [InlineData("6602ac")]
    [InlineData("66110000000000000000000000000000000000")]
    [InlineData("ffffffffffffffffffffff")]
    public void A_frame_that_does_not_read_is_refused_wholly(string hex)
    {
        var before = new DocumentMessage(DocumentMessageKind.QueryAwareness, default, []);
        List<DocumentMessage> messages = [before];
        Assert.False(YWebSocketDecoder.TryDecode(Convert.FromHexString(hex), 0, messages, out var error));
        Assert.Equal([before], messages);
        Assert.NotEmpty(error.Message);
    }

    [Theory]
    [InlineData("0106010100027b7b")]
    [InlineData("010601010002ff7d")]
    [InlineData("010b020100027b7d0100027b7d")]
    [InlineData("010d01018080808080808010027b7d")]
    [InlineData("010580a8d6b907")]
    public void Presence_that_does_not_read_is_none_and_refuses_nothing_else_in_its_frame(string hex)
    {
        List<DocumentMessage> messages = [];
        var frame = Convert.FromHexString("00000100" + hex + "03");
        Assert.True(YWebSocketDecoder.TryDecode(frame, 0, messages, out _));
        Assert.False(messages[1].Payload.IsEmpty);
        Assert.Equal("SyncStep1:00 Awareness: QueryAwareness:", string.Join(' ', messages.Select(Show)));
    }

    [Fact]
    public void All_presence_of_a_frame_is_read_up_to_so_many_entries_and_the_rest_is_dropped()
    {
        var one = Messages.Presence([.. Enumerable.Range(1, 30_000).Select(i => ((ulong)i, 1UL, "1"))]);
        byte[] frame = [.. one, .. one, .. one, .. Messages.Presence((1, 2, "2"))];
        var messages = new List<DocumentMessage>();
        Assert.True(YWebSocketDecoder.TryDecode(frame, 0, messages, out _));
        Assert.Equal([30_000, 30_000, 0, 1], messages.Select(message => message.Awareness.Count));
        Assert.False(messages[2].Payload.IsEmpty);
    }

    [Fact]
    public void There_is_an_end_to_the_messages_of_one_frame()
    {
        var messages = new List<DocumentMessage>();
        var frame = Enumerable.Repeat(SyncBytes.QueryAwareness, MaxMessages + 1).ToArray();
        Assert.True(YWebSocketDecoder.TryDecode(frame.AsMemory(1), 0, messages, out _));
        Assert.Equal(MaxMessages, messages.Count);
        Assert.False(YWebSocketDecoder.TryDecode(frame, 1, messages, out _));
        Assert.Equal(MaxMessages, messages.Count);
    }

    [Fact]
    public void No_bytes_whatever_make_the_decoder_throw()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("RELAY_TEST_SEED"), out var given)
            ? given
            : 20261120;
        var random = new Random(seed);
        for (var i = 0; i < 50_000; i++)
        {
            var bytes = new byte[random.Next(24)];
            random.NextBytes(bytes);
            if (bytes.Length > 0)
            {
                bytes[0] &= 3;
            }

            var thrown = Record.Exception(() => YWebSocketDecoder.TryDecode(bytes, 0, [], out _));
            Assert.True(thrown is null, $"Seed {seed}, {Convert.ToHexString(bytes)}: {thrown}");
        }
    }

    private static string Hex(ReadOnlyMemory<byte> bytes) => Convert.ToHexStringLower(bytes.Span);

    private static string Show(DocumentMessage message) =>
        message.Kind + ":" + (message.Kind == DocumentMessageKind.Awareness
            ? string.Join(',', message.Awareness.Select(Show))
            : Convert.ToHexStringLower(message.Payload.Span));

    private static string Show(AwarenessEntry entry) =>
        $"{entry.ClientId}@{entry.Clock}={Encoding.UTF8.GetString(entry.State.Span)}";
}
