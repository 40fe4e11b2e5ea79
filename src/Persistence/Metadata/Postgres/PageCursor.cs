using System.Buffers.Text;
using System.Text;

namespace Relay.Persistence.Metadata.Postgres;

/// <summary>Where a page ended: the value that it is sorted by and what tells equal ones apart, as text that fits into an address.</summary>
internal static class PageCursor
{
    public static string Write(string value, string tie) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{tie} {value}"));

    /// <exception cref="FormatException">The text was not made by <see cref="Write"/>.</exception>
    public static (string Value, string Tie) Read(string cursor)
    {
        var text = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
        return text.IndexOf(' ') is >= 0 and var space ? (text[(space + 1)..], text[..space]) : throw new FormatException("The cursor does not read.");
    }
}
