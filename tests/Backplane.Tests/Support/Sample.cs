using System.Globalization;
using Relay.Yjs;

namespace Relay.Backplane.Support;

/// <summary>Names and entries for tests.</summary>
internal static class Sample
{
    private static long lastId;

    /// <summary>A name that no other test uses, so that tests can share a store.</summary>
    public static DocumentName Name(string text = "document") => DocumentName.Create($"{text} {Guid.NewGuid():n}");

    public static EntryId Id() =>
        new(((ulong)Random.Shared.NextInt64() << 20) ^ (ulong)Interlocked.Increment(ref lastId) | 1UL << 63);

    public static LogEntry Update(params byte[] payload) => new(Id(), EntryKind.Update, payload);

    public static LogEntry Update(int number) =>
        Update(System.Text.Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture)));

    public static LogEntry Update(Random random, int maxBytes)
    {
        var payload = new byte[random.Next(maxBytes + 1)];
        random.NextBytes(payload);
        return Update(payload);
    }

    /// <summary>The entry as a repeat, which may be the first try.</summary>
    public static LogEntry Again(this LogEntry entry, Position after = default) =>
        entry with { Earlier = new[] { entry.Id }, EarlierAfter = after };

    /// <summary>
    /// Appends entries with the payloads 1, 2, … and answers their positions, behind the position before the first.
    /// </summary>
    public static async Task<Position[]> FillAsync(this IDocumentLog log, DocumentName document, int count)
    {
        var positions = new Position[count + 1];
        for (var i = 1; i <= count; i++)
        {
            var result = await log.AppendAsync(document, positions[i - 1].Epoch, Update(i), default).Soon();
            positions[i] = result.Position;
            if (i == 1)
            {
                positions[0] = new Position(result.Position.Epoch, 0, EntryId.None);
            }
        }

        return positions;
    }

    /// <summary>Checks that the entries follow one another and <paramref name="start"/>.</summary>
    public static void AssertChained(Position start, IReadOnlyList<LoggedEntry> entries)
    {
        foreach (var entry in entries)
        {
            Assert.Equal(start.Epoch, entry.Position.Epoch);
            Assert.Equal(start.Offset + 1, entry.Position.Offset);
            Assert.Equal(start.Id, entry.Previous);
            start = entry.Position;
        }
    }

    public static string[] Texts(this IReadOnlyList<LoggedEntry> entries) =>
        [.. entries.Select(entry => System.Text.Encoding.UTF8.GetString(entry.Payload.Span))];
}
