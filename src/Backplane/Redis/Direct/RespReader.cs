using System.Buffers.Text;

namespace Relay.Backplane;

/// <summary>
/// Reads what Redis sends in version 3 of its protocol (redis.io/docs/latest/develop/reference/protocol-spec): strings
/// that answer scripts, errors, and messages of sharded channels. Of everything else only the length is found.
/// </summary>
/// <remarks>
/// A reply that is not whole is read again from its beginning when more has come: that costs its few headers, because
/// strings are skipped by their length. Every declared length and count is checked before it is used.
/// </remarks>
internal ref struct RespReader
{
    /// <summary>
    /// The longest string. Redis itself takes none of more than 512 MiB; of those that this reader meets, messages are
    /// the longest, whose senders are held to far less.
    /// </summary>
    public const int MaxString = 128 << 20;

    /// <summary>The longest line: a number, or the sentence of an error.</summary>
    public const int MaxLine = 64 << 10;

    private const int MaxCount = 1024;
    private const int MaxDepth = 8;

    private readonly ReadOnlySpan<byte> bytes;
    private int at;
    private bool isInvalid;

    private RespReader(ReadOnlySpan<byte> bytes) => this.bytes = bytes;

    /// <summary>Reads the reply with which the bytes begin.</summary>
    public static RespReply Read(ReadOnlySpan<byte> bytes) => new RespReader(bytes).Read();

    private RespReply Read()
    {
        if (at == bytes.Length)
        {
            return Unread();
        }

        switch (bytes[at])
        {
            case (byte)'>':
                return ReadPush();
            case (byte)'$':
                return TryReadString(out var content, out var isNull)
                    ? new RespReply { Kind = RespKind.Answer, Content = content, IsNull = isNull, Length = at }
                    : Unread();
            case (byte)'-':
                return TryReadLine(out var problem)
                    ? new RespReply { Kind = RespKind.Error, Content = problem, Length = at }
                    : Unread();
            default:
                return TrySkip(depth: 0) ? new RespReply { Kind = RespKind.Done, Length = at } : Unread();
        }
    }

    private RespReply ReadPush()
    {
        if (!TryReadNumber(MaxCount, out var count))
        {
            return Unread();
        }

        ReadOnlySpan<byte> kind = default, channel = default, content = default;
        for (var i = 0; i < count; i++)
        {
            if (at < bytes.Length && bytes[at] == (byte)'$')
            {
                if (!TryReadString(out var part, out _))
                {
                    return Unread();
                }

                kind = i == 0 ? part : kind;
                channel = i == 1 ? part : channel;
                content = i == 2 ? part : content;
            }
            else if (!TrySkip(depth: 1))
            {
                return Unread();
            }
        }

        return new RespReply
        {
            Kind = count != 3 ? RespKind.Other
                : kind.SequenceEqual("smessage"u8) ? RespKind.Message
                : kind.SequenceEqual("ssubscribe"u8) ? RespKind.Subscribed
                : kind.SequenceEqual("sunsubscribe"u8) ? RespKind.Unsubscribed
                : RespKind.Other,
            Channel = channel,
            Content = content,
            Length = at,
        };
    }

    private readonly RespReply Unread() =>
        new() { Outcome = isInvalid ? RespOutcome.Invalid : RespOutcome.Partial };

    private bool TrySkip(int depth)
    {
        if (at == bytes.Length)
        {
            return false;
        }

        if (depth > MaxDepth)
        {
            return Fail();
        }

        switch (bytes[at])
        {
            case (byte)'$' or (byte)'=' or (byte)'!':
                return TryReadString(out _, out _);
            case (byte)'+' or (byte)'-' or (byte)':' or (byte)'_' or (byte)',' or (byte)'#' or (byte)'(':
                return TryReadLine(out _);
            case (byte)'*' or (byte)'~':
                return TryReadNumber(MaxCount, out var count) && TrySkipAll(count, depth);
            case (byte)'%':
                return TryReadNumber(MaxCount, out var pairs) && TrySkipAll(2 * pairs, depth);
            default:
                return Fail();
        }
    }

    private bool TrySkipAll(int count, int depth)
    {
        for (var i = 0; i < count; i++)
        {
            if (!TrySkip(depth + 1))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryReadString(out ReadOnlySpan<byte> content, out bool isNull)
    {
        content = default;
        isNull = false;
        if (!TryReadNumber(MaxString, out var length))
        {
            return false;
        }

        if (length < 0)
        {
            isNull = true;
            return true;
        }

        if (bytes.Length - at < length + 2)
        {
            return false;
        }

        content = bytes.Slice(at, length);
        at += length;
        if (bytes[at] != (byte)'\r' || bytes[at + 1] != (byte)'\n')
        {
            return Fail();
        }

        at += 2;
        return true;
    }

    /// <summary>Reads a type and a number from 0, or -1 for null, to the most.</summary>
    private bool TryReadNumber(int most, out int number)
    {
        number = 0;
        return TryReadLine(out var line)
            && ((Utf8Parser.TryParse(line, out number, out var read) && read == line.Length
                && number >= -1 && number <= most) || Fail());
    }

    /// <summary>Reads a type and the rest of its line.</summary>
    private bool TryReadLine(out ReadOnlySpan<byte> line)
    {
        var rest = bytes[(at + 1)..];
        var end = rest.IndexOf("\r\n"u8);
        if (end < 0 ? rest.Length > MaxLine : end > MaxLine)
        {
            line = default;
            return Fail();
        }

        line = end < 0 ? default : rest[..end];
        at += end < 0 ? 0 : end + 3;
        return end >= 0;
    }

    private bool Fail()
    {
        isInvalid = true;
        return false;
    }
}
