using System.Text;

namespace Relay.Persistence.Metadata.Sqlite;

/// <summary>Names that begin alike are a range in the order of their UTF-8 bytes, which an index can find.</summary>
internal static class NameRange
{
    /// <summary>
    /// Returns the first text behind all texts that begin with <paramref name="prefix"/>; null when no text is behind
    /// them.
    /// </summary>
    /// <param name="prefix">A text without lone surrogates.</param>
    public static string? End(string prefix)
    {
        var runes = prefix.EnumerateRunes().ToList();
        while (runes.Count > 0)
        {
            var last = runes[^1].Value;
            runes.RemoveAt(runes.Count - 1);
            if (last < 0x10FFFF)
            {
                // The order of UTF-8 bytes is that of the characters' numbers. The surrogates have no characters.
                var next = new Rune(last == 0xD7FF ? 0xE000 : last + 1);
                return string.Concat(runes.Append(next));
            }
        }

        return null;
    }
}
