using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Relay.Persistence.Metadata;

/// <summary>
/// Where a page ended: the value that it is sorted by and what tells equal ones apart, as text that fits into an
/// address.
/// </summary>
internal static class PageCursor
{
    /// <summary>The place of a connection among those of its document.</summary>
    public static string Write(ConnectionRow connection) =>
        Write(Text(connection.OpenedAt.UtcTicks), connection.Id.ToString());

    /// <summary>The place of a document in its order.</summary>
    public static string Write(RoomOrder order, RoomSummary room, long id) => order switch
    {
        RoomOrder.LastUse => Write(Text(room.LastUsed.UtcTicks), Text(id)),
        RoomOrder.Size => Write(Text(room.Bytes), Text(id)),
        RoomOrder.Connections => Write(Text(room.Connections), Text(id)),
        _ => Write(room.Name, ""),
    };

    /// <exception cref="FormatException">The text was not made by this class.</exception>
    public static (string Value, string Tie) Read(string cursor)
    {
        var text = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
        return text.IndexOf(' ') is >= 0 and var space ? (
            text[(space + 1)..], text[..space]) : throw new FormatException("The cursor does not read.");
    }

    /// <exception cref="FormatException">The text was not made by <see cref="Write(ConnectionRow)"/>.</exception>
    public static (DateTimeOffset OpenedAt, Guid Id) ReadConnection(string cursor)
    {
        var (value, tie) = Read(cursor);
        return (Time(value), Guid.Parse(tie));
    }

    /// <exception cref="FormatException">The text is no number that this class wrote.</exception>
    public static long Number(string text) =>
        long.TryParse(
            text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= DateTime.MaxValue.Ticks
            ? number : throw new FormatException("The cursor does not read.");

    /// <exception cref="FormatException">The text is no time that this class wrote.</exception>
    public static DateTimeOffset Time(string text) => new(Number(text), TimeSpan.Zero);

    private static string Write(string value, string tie) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{tie} {value}"));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
