using System.Text;

namespace Relay.Persistence.Metadata;

/// <summary>Names and user ids as a database can hold them.</summary>
/// <remarks>
/// Names of documents may have U+0000. Postgres has no text with it, and in SQLite a text ends there for some
/// functions. That and the character it is escaped with become two characters; all others stay, so that a search finds
/// the name.
/// </remarks>
internal static class RoomText
{
    private const char Escape = '\u0001';

    public static string ToColumn(string text)
    {
        text = text.AsSpan().IndexOfAny('\0', Escape) < 0
            ? text
            : text.Replace("\u0001", "\u0001\u0002", StringComparison.Ordinal)
                .Replace("\0", "\u0001\u0001", StringComparison.Ordinal);

        // A user id that is not well-formed would make its whole batch unwritable.
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
    }

    public static string FromColumn(string column)
    {
        if (!column.Contains(Escape))
        {
            return column;
        }

        var text = new StringBuilder(column.Length);
        for (var i = 0; i < column.Length; i++)
        {
            text.Append(column[i] == Escape && i + 1 < column.Length
                ? column[++i] == Escape ? '\0'
                : Escape : column[i]);
        }

        return text.ToString();
    }

    /// <summary>
    /// What texts that differ only in upper and lower case have in common, for databases that fold only ASCII.
    /// </summary>
    public static string Fold(string column) => column.ToUpperInvariant();

    /// <summary>A pattern for LIKE that means the text itself.</summary>
    public static string ToPattern(string text) =>
        ToColumn(text).Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal)
            .Replace("_", @"\_", StringComparison.Ordinal);
}
