using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Protocols.Hocuspocus;

/// <summary>Reads what a Hocuspocus provider sends: one message a frame, without bytes after it.</summary>
internal static class HocuspocusDecoder
{
    /// <summary>No token is this long; what is longer is refused before its signature is checked.</summary>
    public const int MaxTokenBytes = 64 << 10;

    /// <summary>Whether the frame is a ping or a pong of the whole socket, which have no address.</summary>
    public static bool IsBare(ReadOnlySpan<byte> frame, out bool isPing)
    {
        isPing = frame is [HocuspocusFormat.Ping];
        return isPing || frame is [HocuspocusFormat.Pong];
    }

    /// <summary>Reads the address, as UTF-8, and where the message begins.</summary>
    public static bool TryReadAddress(ReadOnlySpan<byte> frame, out ReadOnlySpan<byte> address, out int start,
        out YjsError error)
    {
        var reader = new Lib0Reader(frame);
        address = reader.ReadVarString();
        if (address.Length > HocuspocusAddress.MaxDeniedUtf8Bytes)
        {
            reader.FailAt("An address is too long for any document.", 0);
        }

        start = reader.Position;
        error = reader.Error;
        return !reader.Failed;
    }

    /// <summary>Whether a message, of which only the beginning is there, is an application's own.</summary>
    public static bool IsStateless(ReadOnlySpan<byte> message) => message is [HocuspocusFormat.StatelessMessage, ..];

    /// <summary>
    /// Reads the message that begins at <paramref name="start"/>, or refuses it wholly. A message of an unknown type is
    /// not looked into: newer clients may send types that this node does not know.
    /// </summary>
    /// <param name="frame">The frame's payload; the message shares this memory.</param>
    /// <param name="start">Where the address ends.</param>
    /// <param name="number">The frame's number among those that came together.</param>
    /// <param name="message">The message.</param>
    /// <param name="error">Why it was refused.</param>
    public static bool TryDecode(ReadOnlyMemory<byte> frame, int start, int number, out HocuspocusMessage message,
        out YjsError error)
    {
        var reader = new Lib0Reader(frame.Span[start..]);
        var body = frame[start..];
        var kind = reader.ReadVarUint();
        var entries = AwarenessLimits.MaxEntriesPerFrame;
        message = kind switch
        {
            // A client has no business with a reply of servers among themselves, but what it says is the same.
            SyncBytes.Sync or HocuspocusFormat.SyncReply => OfDocument(SyncReader.ReadSync(ref reader, body)),
            SyncBytes.Awareness => OfPresence(SyncReader.ReadAwareness(ref reader, body, ref entries)),
            HocuspocusFormat.Auth => ReadToken(ref reader, body),
            SyncBytes.QueryAwareness => OfDocument(SyncReader.QueryAwareness),
            HocuspocusFormat.StatelessMessage => OfDocument(ReadStateless(ref reader, body)),
            HocuspocusFormat.BroadcastStateless => SkipRest(ref reader, HocuspocusMessageKind.Forbidden),
            HocuspocusFormat.CloseMessage => HocuspocusMessage.Of(HocuspocusMessageKind.Close),
            _ => SkipRest(ref reader, HocuspocusMessageKind.Unknown),
        };
        if (!reader.AtEnd)
        {
            reader.Fail("Something follows the message in its frame.");
        }

        error = reader.Error;
        var isRead = !reader.Failed;
        if (!isRead && kind == SyncBytes.Awareness)
        {
            // The frame holds no other message, so presence that does not read harms only itself.
            message = OfPresence(InboundAwareness.Unreadable(body));
            isRead = true;
        }

        message = message with { Content = message.Content with { Frame = number, Bytes = frame.Length } };
        return isRead;
    }

    private static HocuspocusMessage OfDocument(in DocumentMessage content) =>
        new(HocuspocusMessageKind.Document, content, default);

    private static HocuspocusMessage OfPresence(in DocumentMessage content)
    {
        var entries = content.Awareness ?? [];
        var isGoodbye = entries.Count > 0;
        for (var i = 0; i < entries.Count && isGoodbye; i++)
        {
            isGoodbye = entries[i].IsNull;
        }

        var kind = isGoodbye ? HocuspocusMessageKind.Goodbye : HocuspocusMessageKind.Document;
        return new HocuspocusMessage(kind, content, default);
    }

    private static HocuspocusMessage SkipRest(ref Lib0Reader reader, HocuspocusMessageKind kind)
    {
        reader.ReadBytes(reader.Remaining);
        return HocuspocusMessage.Of(kind);
    }

    /// <summary>A token, and from providers of version 4 their version, which is not used.</summary>
    private static HocuspocusMessage ReadToken(ref Lib0Reader reader, ReadOnlyMemory<byte> body)
    {
        var at = reader.Position;
        if (reader.ReadVarUint() != HocuspocusFormat.Token)
        {
            reader.FailAt("Only servers grant and deny.", at);
        }

        at = reader.Position;
        var token = ReadText(ref reader, body);
        if (token.Length > MaxTokenBytes)
        {
            reader.FailAt("A token is too long.", at);
        }

        if (!reader.AtEnd)
        {
            reader.ReadVarString();
        }

        return new HocuspocusMessage(HocuspocusMessageKind.Token, default, token);
    }

    private static DocumentMessage ReadStateless(ref Lib0Reader reader, ReadOnlyMemory<byte> body)
    {
        var payload = ReadText(ref reader, body);
        return new DocumentMessage(DocumentMessageKind.Stateless, payload, []);
    }

    private static ReadOnlyMemory<byte> ReadText(ref Lib0Reader reader, ReadOnlyMemory<byte> body)
    {
        var length = reader.ReadVarString().Length;
        return body.Slice(reader.Position - length, length);
    }
}
