using System.Buffers;
using System.Text.Unicode;

namespace Relay.Yjs;

/// <summary>
/// Says whether bytes are what JavaScript's <c>JSON.parse</c> accepts (RFC 8259), without building anything, without
/// recursion and without exceptions: what does not read costs no more than what does.
/// </summary>
internal static class Json
{
    private const int BitsPerWord = 64;

    /// <summary>What ends the plain part of a string: a quote, an escape, or what must be escaped.</summary>
    private static readonly SearchValues<byte> EndsPlain = SearchValues.Create(
        [.. Enumerable.Range(0, ' ').Select(value => (byte)value), (byte)'"', (byte)'\\']);

    public static bool IsValid(ReadOnlySpan<byte> utf8, int maxDepth)
    {
        WorkMeter.CountBytes(utf8.Length);
        var at = 0;
        var depth = 0;

        // For each container that is open, whether it is an object.
        Span<ulong> objects = stackalloc ulong[(maxDepth / BitsPerWord) + 1];
        while (true)
        {
            SkipWhite(utf8, ref at);
            var isOpening = at < utf8.Length && utf8[at] is (byte)'{' or (byte)'[';
            if (!isOpening)
            {
                if (!TrySkipPlainValue(utf8, ref at))
                {
                    return false;
                }
            }
            else if (depth == maxDepth)
            {
                return false;
            }
            else
            {
                var isObject = utf8[at++] == '{';
                SetBit(objects, depth++, isObject);
                SkipWhite(utf8, ref at);
                if (at == utf8.Length || utf8[at] != (isObject ? '}' : ']'))
                {
                    if (isObject && !TrySkipName(utf8, ref at))
                    {
                        return false;
                    }

                    continue;
                }
            }

            // After a value, or before the end of an empty container.
            while (true)
            {
                SkipWhite(utf8, ref at);
                if (depth == 0)
                {
                    return at == utf8.Length && Utf8.IsValid(utf8);
                }

                if (at == utf8.Length)
                {
                    return false;
                }

                var isObject = (objects[(depth - 1) / BitsPerWord] & (1UL << ((depth - 1) % BitsPerWord))) != 0;
                var next = utf8[at++];
                if (next == (isObject ? '}' : ']'))
                {
                    depth--;
                    continue;
                }

                if (next != ',')
                {
                    return false;
                }

                SkipWhite(utf8, ref at);
                if (isObject && !TrySkipName(utf8, ref at))
                {
                    return false;
                }

                break;
            }
        }
    }

    private static void SetBit(Span<ulong> bits, int at, bool value)
    {
        var bit = 1UL << (at % BitsPerWord);
        bits[at / BitsPerWord] = value ? bits[at / BitsPerWord] | bit : bits[at / BitsPerWord] & ~bit;
    }

    private static void SkipWhite(ReadOnlySpan<byte> utf8, ref int at)
    {
        while (at < utf8.Length && utf8[at] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r')
        {
            at++;
        }
    }

    /// <summary>A member's name and its colon.</summary>
    private static bool TrySkipName(ReadOnlySpan<byte> utf8, ref int at)
    {
        if (!TrySkipString(utf8, ref at))
        {
            return false;
        }

        SkipWhite(utf8, ref at);
        return TrySkip(utf8, ":"u8, ref at);
    }

    private static bool TrySkipPlainValue(ReadOnlySpan<byte> utf8, ref int at) =>
        at < utf8.Length && utf8[at] switch
        {
            (byte)'"' => TrySkipString(utf8, ref at),
            (byte)'t' => TrySkip(utf8, "true"u8, ref at),
            (byte)'f' => TrySkip(utf8, "false"u8, ref at),
            (byte)'n' => TrySkip(utf8, "null"u8, ref at),
            _ => TrySkipNumber(utf8, ref at),
        };

    private static bool TrySkip(ReadOnlySpan<byte> utf8, ReadOnlySpan<byte> word, ref int at)
    {
        if (!utf8[at..].StartsWith(word))
        {
            return false;
        }

        at += word.Length;
        return true;
    }

    private static bool TrySkipString(ReadOnlySpan<byte> utf8, ref int at)
    {
        if (at == utf8.Length || utf8[at] != '"')
        {
            return false;
        }

        at++;
        while (true)
        {
            var plain = utf8[at..].IndexOfAny(EndsPlain);
            if (plain < 0)
            {
                return false;
            }

            at += plain + 1;
            switch (utf8[at - 1])
            {
                case (byte)'"':
                    return true;
                case (byte)'\\' when TrySkipEscape(utf8, ref at):
                    break;
                default:
                    return false;
            }
        }
    }

    private static bool TrySkipEscape(ReadOnlySpan<byte> utf8, ref int at)
    {
        const int hexDigits = 4;
        if (at == utf8.Length)
        {
            return false;
        }

        var kind = utf8[at++];
        if (kind != 'u')
        {
            return "\"\\/bfnrt"u8.Contains(kind);
        }

        for (var end = at + hexDigits; at < end; at++)
        {
            if (at == utf8.Length || !char.IsAsciiHexDigit((char)utf8[at]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TrySkipNumber(ReadOnlySpan<byte> utf8, ref int at)
    {
        TrySkip(utf8, "-"u8, ref at);
        if (!TrySkip(utf8, "0"u8, ref at) && !TrySkipDigits(utf8, ref at))
        {
            return false;
        }

        if (TrySkip(utf8, "."u8, ref at) && !TrySkipDigits(utf8, ref at))
        {
            return false;
        }

        if (!TrySkip(utf8, "e"u8, ref at) && !TrySkip(utf8, "E"u8, ref at))
        {
            return true;
        }

        if (!TrySkip(utf8, "-"u8, ref at))
        {
            TrySkip(utf8, "+"u8, ref at);
        }

        return TrySkipDigits(utf8, ref at);
    }

    private static bool TrySkipDigits(ReadOnlySpan<byte> utf8, ref int at)
    {
        var before = at;
        while (at < utf8.Length && char.IsAsciiDigit((char)utf8[at]))
        {
            at++;
        }

        return at > before;
    }
}
