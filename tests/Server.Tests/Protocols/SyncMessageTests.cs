using Relay.Protocols.Hocuspocus;
using Relay.Protocols.YWebSocket;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Protocols;

/// <summary>
/// The messages that y-websocket and Hocuspocus share, as the reference clients and servers write them.
/// </summary>
public sealed class SyncMessageTests
{
    private const string A = "0101010004010174016100";

    /// <summary>A message, what it is, and its payload.</summary>
    public static TheoryData<string, string, string> SyncMessages => new()
    {
        { "00000100", nameof(DocumentMessageKind.SyncStep1), "00" },
        { "000003010101", nameof(DocumentMessageKind.SyncStep1), "010101" },
        { "0001020000", nameof(DocumentMessageKind.SyncStep2), "0000" },
        { "00010b" + A, nameof(DocumentMessageKind.SyncStep2), A },
        { "00020b" + A, nameof(DocumentMessageKind.Update), A },
    };

    [Theory]
    [MemberData(nameof(SyncMessages))]
    public void A_sync_message_is_read_with_its_step_and_its_payload(string hex, string kind, string payload)
    {
        var frame = Convert.FromHexString(hex);
        var reader = new Lib0Reader(frame);
        Assert.Equal(SyncBytes.Sync, reader.ReadVarUint());
        var message = SyncReader.ReadSync(ref reader, frame);
        Assert.True(reader is { Failed: false, AtEnd: true });
        Assert.Equal((kind, payload), (message.Kind.ToString(), Hex(message.Payload)));
        Assert.True(message.Payload.Span.Overlaps(frame), "The payload is a copy.");
    }

    [Theory]
    [MemberData(nameof(SyncMessages))]
    public void A_sync_message_is_written_alike_by_both_protocols(string hex, string kind, string payload)
    {
        foreach (var format in new FrameFormat[] { YWebSocketFormat.Instance, new HocuspocusFormat("d", true) })
        {
            var bytes = Convert.FromHexString(payload);
            AssertWritten(hex, format, Enum.Parse<DocumentMessageKind>(kind) switch
            {
                DocumentMessageKind.SyncStep1 => format.SyncStep1(bytes),
                DocumentMessageKind.SyncStep2 => format.SyncStep2(bytes),
                _ => format.Update(bytes),
            });
        }
    }

    [Theory]
    [InlineData("0106010100027b7d", "1@0={}")]
    [InlineData("0108010101046e756c6c", "1@1=null")]
    [InlineData("010100", "")]
    public void Presence_is_read_and_written_alike_by_both_protocols(string hex, string expected)
    {
        var frame = Convert.FromHexString(hex);
        var reader = new Lib0Reader(frame);
        Assert.Equal(SyncBytes.Awareness, reader.ReadVarUint());
        var entries = 10;
        var message = SyncReader.ReadAwareness(ref reader, frame, ref entries);
        Assert.True(reader is { Failed: false, AtEnd: true });
        Assert.Equal(DocumentMessageKind.Awareness, message.Kind);
        Assert.Equal(10 - message.Awareness.Count, entries);
        Assert.Equal(expected, string.Join(' ', message.Awareness.Select(
            e => $"{e.ClientId}@{e.Clock}={System.Text.Encoding.UTF8.GetString(e.State.Span)}")));
        foreach (var format in new FrameFormat[] { YWebSocketFormat.Instance, new HocuspocusFormat("d", true) })
        {
            AssertWritten(hex, format, format.Awareness(AwarenessUpdate.Encode(message.Awareness)));
        }
    }

    [Theory]
    [InlineData("00", "ends inside an integer")]
    [InlineData("0003020000", "none of SyncStep1, SyncStep2 and Update")]
    [InlineData("000002", "exceeds the input")]
    [InlineData("0000020501", null)]
    [InlineData("0002ffffffffffffffffff01", "exceeds 2^53 - 1")]
    public void A_sync_message_that_does_not_read_fails_its_reader_unless_only_its_payload_is_bad(
        string hex, string? reason)
    {
        var frame = Convert.FromHexString(hex);
        var reader = new Lib0Reader(frame.AsSpan(1));
        SyncReader.ReadSync(ref reader, frame.AsMemory(1));
        Assert.Equal(reason is not null, reader.Failed);
        Assert.Contains(reason ?? "", reader.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Presence_beyond_the_entries_of_a_frame_is_kept_as_bytes_and_fails_nothing()
    {
        var frame = Convert.FromHexString("0106010100027b7d");
        var reader = new Lib0Reader(frame.AsSpan(1));
        var entries = 0;
        var message = SyncReader.ReadAwareness(ref reader, frame.AsMemory(1), ref entries);
        Assert.False(reader.Failed);
        Assert.Equal(("010100027b7d", 0, 0), (Hex(message.Payload), message.Awareness.Count, entries));
    }

    /// <summary>A frame is its header, the address if the protocol has one, and the message.</summary>
    private static void AssertWritten(string hex, FrameFormat format, ReadOnlyMemory<byte> frame)
    {
        var address = format is HocuspocusFormat ? "0164" : "";
        Assert.Equal("82" + ((address.Length + hex.Length) / 2).ToString("x2", null) + address + hex, Hex(frame));
    }

    private static string Hex(ReadOnlyMemory<byte> bytes) => Convert.ToHexStringLower(bytes.Span);
}
