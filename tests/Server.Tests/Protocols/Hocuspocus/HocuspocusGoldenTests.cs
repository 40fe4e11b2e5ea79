using System.Text;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Protocols.Hocuspocus;

/// <summary>Frames as the reference server (4.7.0) and provider (4.8.0) write them.</summary>
public sealed class HocuspocusGoldenTests
{
    private static readonly byte[] A = Convert.FromHexString("0101010004010174016100");
    private static readonly HocuspocusFormat Format = new("d", isShared: true);

    [Fact]
    public void The_nodes_frames_are_those_of_the_reference_server()
    {
        Assert.Equal("01640202" + "0a" + Hex("read-write"u8), Body(Format.Opened(mayWrite: true)));
        Assert.Equal("01640202" + "08" + Hex("readonly"u8), Body(Format.Opened(mayWrite: false)));
        Assert.Equal("0164020111" + Hex("permission-denied"u8), Body(Format.Denied("permission-denied")));
        Assert.Equal("01640200", Body(Format.TokenRequest()));
        Assert.Equal("016401" + "08" + "010101046e756c6c",
            Body(Format.Awareness(Convert.FromHexString("010101046e756c6c"))));
        Assert.Equal("016400000100", Body(Format.SyncStep1([0])));
        Assert.Equal("01640001020000", Body(Format.SyncStep2([0, 0])));
        Assert.Equal("016400020b0101010004010174016100", Body(Format.Update(A)));
        Assert.Equal("01640801", Body(Format.Accepted));
        Assert.Equal("01640800", Body(Format.Refused));
        Assert.Equal("01640502" + Hex("hi"u8), Body(Format.Stateless("hi"u8)));
        Assert.Equal("016407" + "10" + Hex("Reset Connection"u8), Body(Format.Closed("Reset Connection")));
        Assert.Equal("0c6400" + Hex("cqoqi904om"u8) + "0801",
            Body(new HocuspocusFormat("d\0cqoqi904om", isShared: false).Accepted));
        Assert.Equal("0009", Body(HocuspocusFormat.Silence));
        Assert.Equal("0a", Body(HocuspocusFormat.BarePong));
    }

    [Theory]
    [InlineData("016402000374" + "6f6b05342e382e30", "Token tok")]
    [InlineData("016402000374" + "6f6b", "Token tok")]
    [InlineData("0164020000", "Token ")]
    [InlineData("016400000100", "SyncStep1 00")]
    [InlineData("01640001020000", "SyncStep2 0000")]
    [InlineData("016400020b0101010004010174016100", "Update 0101010004010174016100")]
    [InlineData("016404020b0101010004010174016100", "Update 0101010004010174016100")]
    [InlineData("01640106010100027b7d", "Awareness 1@0={}")]
    [InlineData("01640108010100046e756c6c", "Goodbye")]
    [InlineData("016403", "QueryAwareness ")]
    [InlineData("016405026869", "Stateless 6869")]
    [InlineData("016406026869", "Forbidden")]
    [InlineData("0164060268", "Forbidden")]
    [InlineData("016407", "Close")]
    [InlineData("01640801", "Unknown")]
    [InlineData("01640b020304", "Unknown")]
    [InlineData("0c640063716f71693930346f6d" + "03", "QueryAwareness ")]
    public void A_clients_messages_are_read(string hex, string expected)
    {
        var frame = Convert.FromHexString(hex);
        Assert.False(HocuspocusDecoder.IsBare(frame, out _));
        Assert.True(HocuspocusDecoder.TryReadAddress(frame, out var address, out var start, out _));
        Assert.Equal((byte)'d', address[0]);
        Assert.True(HocuspocusDecoder.TryDecode(frame, start, 7, out var message, out var error), error.Message);
        Assert.Equal(expected, Show(message));
        Assert.Equal(7, message.Content.Frame);
        Assert.Equal(frame.Length, message.Content.Bytes);
    }

    [Theory]
    [InlineData("0164")]
    [InlineData("016400")]
    [InlineData("01640003020000")]
    [InlineData("0164000001")]
    [InlineData("01640000010000")]
    [InlineData("0164000102000001")]
    [InlineData("01640002ffffffffffffffffff01")]
    [InlineData("016402")]
    [InlineData("01640201036e6f")]
    [InlineData("0164020000" + "00" + "00")]
    [InlineData("0164020001ff")]
    [InlineData("01640300")]
    [InlineData("01640501ff")]
    [InlineData("0164050268")]
    [InlineData("01640501" + "6800")]
    [InlineData("0164070100")]
    [InlineData("0164ffffffffffffffffffff")]
    public void A_message_that_does_not_read_is_refused(string hex)
    {
        var frame = Convert.FromHexString(hex);
        Assert.True(HocuspocusDecoder.TryReadAddress(frame, out _, out var start, out _));
        Assert.False(HocuspocusDecoder.TryDecode(frame, start, 0, out _, out var error));
        Assert.NotEmpty(error.Message);
    }

    [Theory]
    [InlineData("01640106010100027b7b")]
    [InlineData("01640106010100027b7d00")]
    [InlineData("0164010f010100027b7d")]
    [InlineData("016401")]
    public void Presence_that_does_not_read_is_none(string hex)
    {
        var frame = Convert.FromHexString(hex);
        Assert.True(HocuspocusDecoder.TryDecode(frame, 2, 0, out var message, out _));
        Assert.Equal("Awareness ", Show(message));
        Assert.True(IsUnreadablePresence(message));
    }

    [Theory]
    [InlineData("")]
    [InlineData("02")]
    [InlineData("0264")]
    [InlineData("01ff00")]
    [InlineData("ffffffff0f")]
    public void An_address_that_does_not_read_is_refused(string hex) =>
        Assert.False(HocuspocusDecoder.TryReadAddress(Convert.FromHexString(hex), out _, out _, out _));

    [Fact]
    public void Addresses_and_tokens_have_an_end()
    {
        Assert.True(TryRead(new string('d', HocuspocusAddress.MaxDeniedUtf8Bytes), "07"));
        Assert.False(TryRead(new string('d', HocuspocusAddress.MaxDeniedUtf8Bytes + 1), "07"));
        Assert.True(
            TryRead("d", "0200" + Doubles.HocuspocusClient.Text(new string('t', HocuspocusDecoder.MaxTokenBytes))));
        Assert.False(
            TryRead("d", "0200" + Doubles.HocuspocusClient.Text(new string('t', HocuspocusDecoder.MaxTokenBytes + 1))));
    }

    [Theory]
    [InlineData("09", true, true)]
    [InlineData("0a", true, false)]
    [InlineData("0909", false, false)]
    [InlineData("00", false, false)]
    [InlineData("", false, false)]
    public void Pings_of_the_whole_socket_have_no_address(string hex, bool isBare, bool isPing)
    {
        Assert.Equal(isBare, HocuspocusDecoder.IsBare(Convert.FromHexString(hex), out var ping));
        Assert.Equal(isPing, ping);
    }

    [Theory]
    [InlineData("d", "d", false)]
    [InlineData("a%20b/c", "a%20b/c", false)]
    [InlineData(" d ", " d ", false)]
    [InlineData("d\0x", "d", true)]
    [InlineData("d\0", "d", true)]
    [InlineData("d\0x\0y", "d", true)]
    public void An_address_is_a_name_and_perhaps_a_session(string text, string name, bool hasSession)
    {
        Assert.True(HocuspocusAddress.TryParse(text, out var address, out _));
        Assert.Equal((name, hasSession), (address.Document.Value, address.HasSession));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  \t")]
    [InlineData("\0x")]
    public void No_name_is_no_document(string text)
    {
        Assert.False(HocuspocusAddress.TryParse(text, out _, out var error));
        Assert.Equal(HocuspocusAddress.Blank, error);
        Assert.False(HocuspocusAddress.TryParse(new string('d', 1025), out _, out error));
        Assert.Equal("A document name must not exceed 1024 bytes of UTF-8.", error);
    }

    [Fact]
    public void No_bytes_whatever_make_the_decoder_throw_or_read_two_things_in_one_frame()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("RELAY_TEST_SEED"), out var given)
            ? given
            : 20261121;
        var random = new Random(seed);
        for (var i = 0; i < 100_000; i++)
        {
            var bytes = Make(random);
            var thrown = Record.Exception(() => Decode(bytes, random));
            Assert.True(thrown is null, $"Seed {seed}, {Convert.ToHexString(bytes)}: {thrown}");
        }
    }

    [Fact]
    public void A_shared_format_is_one_object_for_as_long_as_it_is_used()
    {
        var formats = new HocuspocusFormats();
        var first = formats.Take("d");
        Assert.Same(first, formats.Take("d"));
        Assert.NotSame(first, formats.Take("e"));
        formats.Return("d");
        Assert.Same(first, formats.Take("d"));
        formats.Return("d");
        formats.Return("d");
        Assert.NotSame(first, formats.Take("d"));
    }

    private static byte[] Make(Random random)
    {
        var bytes = new byte[random.Next(2, 28)];
        random.NextBytes(bytes);
        switch (random.Next(4))
        {
            case 0:
                break;
            case 1:
                (bytes[0], bytes[1]) = (0, (byte)random.Next(12));
                break;
            default:
                // A good frame with one byte changed, added or taken away.
                string[] good = ["016402000374" + "6f6b05342e382e30", "016400020b0101010004010174016100",
                    "01640106010100027b7d", "016405026869", "016407"];
                bytes = Convert.FromHexString(good[random.Next(good.Length)]);
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                bytes = random.Next(3) switch
                {
                    0 => bytes[..random.Next(bytes.Length)],
                    1 => [.. bytes, (byte)random.Next(256)],
                    _ => bytes
                };
                break;
        }

        return bytes;
    }

    private static void Decode(byte[] bytes, Random random)
    {
        if (!HocuspocusDecoder.TryReadAddress(bytes, out _, out var start, out var error)
            || !HocuspocusDecoder.TryDecode(bytes, start, 0, out var message, out error))
        {
            Assert.NotEmpty(error.Message);
        }
        else if (message.Kind is HocuspocusMessageKind.Document or HocuspocusMessageKind.Close
            && !IsUnreadablePresence(message))
        {
            // Nothing may follow what was read.
            byte[] longer = [.. bytes, (byte)random.Next(256)];
            var isRead = HocuspocusDecoder.TryDecode(longer, start, 0, out var two, out _);
            Assert.True(!isRead || IsUnreadablePresence(two));
        }
    }

    private static bool IsUnreadablePresence(in HocuspocusMessage message) =>
        message.Content is { Kind: DocumentMessageKind.Awareness, Awareness.Count: 0, Payload.IsEmpty: false };

    private static bool TryRead(string address, string rest)
    {
        var frame = Convert.FromHexString(Doubles.HocuspocusClient.Message(address, rest));
        return HocuspocusDecoder.TryReadAddress(frame, out _, out var start, out _)
            && HocuspocusDecoder.TryDecode(frame, start, 0, out _, out _);
    }

    private static string Body(ReadOnlyMemory<byte> frame)
    {
        Assert.Equal(0x82, frame.Span[0]);
        Assert.Equal(frame.Length - 2, frame.Span[1]);
        return Convert.ToHexStringLower(frame.Span[2..]);
    }

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    private static string Show(HocuspocusMessage message) => message.Kind switch
    {
        HocuspocusMessageKind.Token => "Token " + Encoding.UTF8.GetString(message.Token.Span),
        HocuspocusMessageKind.Document when message.Content.Kind == DocumentMessageKind.Awareness => "Awareness "
            + string.Join(',', message.Content.Awareness.Select(Show)),
        HocuspocusMessageKind.Document => $"{message.Content.Kind} {Hex(message.Content.Payload.Span)}",
        _ => message.Kind.ToString(),
    };

    private static string Show(AwarenessEntry entry) =>
        $"{entry.ClientId}@{entry.Clock}={Encoding.UTF8.GetString(entry.State.Span)}";
}
