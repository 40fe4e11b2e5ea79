using System.Text;

namespace Relay.Yjs;

/// <summary>Finds places in UTF-8 text that are counted, as in JavaScript, in UTF-16 code units.</summary>
internal static class Utf16
{
    /// <summary>The bytes of a character that is a surrogate pair in UTF-16.</summary>
    public const int PairBytes = 4;

    /// <summary>
    /// The byte at which <paramref name="units"/> code units of valid <paramref name="utf8"/> have passed. No byte
    /// behind it is looked at.
    /// </summary>
    /// <param name="utf8">Valid UTF-8.</param>
    /// <param name="units">At most the text's length.</param>
    /// <param name="insidePair">Whether that place is inside a surrogate pair; then the byte is where the pair
    /// begins.</param>
    public static int ByteOffset(ReadOnlySpan<byte> utf8, long units, out bool insidePair)
    {
        var at = 0;
        insidePair = false;
        while (units > 0)
        {
            WorkMeter.Count();
            var lead = utf8[at];
            if (lead < 0x80)
            {
                var ascii = Ascii(utf8.Slice(at, (int)Math.Min(units, utf8.Length - at)));
                at += ascii;
                units -= ascii;
                continue;
            }

            var bytes = lead >= 0xF0 ? PairBytes : lead >= 0xE0 ? 3 : 2;
            if (bytes == PairBytes && units == 1)
            {
                insidePair = true;
                return at;
            }

            at += bytes;
            units -= bytes == PairBytes ? 2 : 1;
        }

        return at;
    }

    /// <summary>How many bytes of ASCII a text begins with.</summary>
    private static int Ascii(ReadOnlySpan<byte> utf8)
    {
        var end = utf8.IndexOfAnyExceptInRange((byte)0, (byte)0x7F);
        var count = end < 0 ? utf8.Length : end;
        WorkMeter.CountBytes(count);
        return count;
    }

    /// <summary>The length of valid UTF-8 in code units.</summary>
    public static long Length(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetCharCount(utf8);
}
