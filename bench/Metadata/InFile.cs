using System.Diagnostics;
using System.Globalization;
using Relay.Persistence.Metadata;
using Relay.Persistence.Metadata.Sqlite;
using Relay.Yjs;

namespace Relay.Bench.Metadata;

/// <summary>The file of a node that is alone: filled with rooms, asked as the dashboard asks, and written to.</summary>
internal static class InFile
{
    private const int OfBatch = 10_000;

    public static async Task RunAsync(string path, int rooms, int runs)
    {
        var options = new SqliteMetadataOptions
        {
            Path = path,
            Address = "bench",
            Incarnation = NewIncarnation(),
            KeepConnections = TimeSpan.FromDays(30),
        };
        await using var writer = new SqliteMetadataWriter(options, TimeProvider.System);
        await writer.PrepareAsync(default);
        var started = Stopwatch.GetTimestamp();
        var random = new Random(1);
        foreach (var chunk in Enumerable.Range(0, rooms).Chunk(OfBatch))
        {
            var now = DateTimeOffset.UtcNow;
            var samples = chunk.Select(room => new RoomSample
            {
                Room = NameOf(random.NextInt64(), room),
                UsedAt = now.AddSeconds(-room),
                IsOpen = false,
                Bytes = random.Next(1_000_000),
            }).ToList();
            await writer.WriteAsync(new MetadataBatch(1 + (chunk[0] / OfBatch), now, samples, [], 0, 0), default);
        }

        Console.WriteLine($"{rooms} rooms in {Stopwatch.GetElapsedTime(started).TotalSeconds:f0} s");
        var asked = new SqliteRoomMetadata(options, TimeProvider.System);
        foreach (var order in Enum.GetValues<RoomOrder>())
        {
            await AskAsync($"by {order}", runs, () => asked.ListRoomsAsync(new RoomQuery(order), default));
        }

        var none = new RoomQuery(Part: "nowhere");
        await AskAsync("a part that no name has", runs, () => asked.ListRoomsAsync(none, default));
        await using var next = new SqliteMetadataWriter(
            options with { Incarnation = NewIncarnation() }, TimeProvider.System);
        await Writing.RunAsync(next, runs);
    }

    private static string NewIncarnation() => Guid.NewGuid().ToString("n");

    private static DocumentName NameOf(long random, int room) =>
        DocumentName.Create(string.Create(CultureInfo.InvariantCulture, $"plans/{random:x}/{room}"));

    private static async Task AskAsync(string question, int runs, Func<Task> ask)
    {
        var times = new List<double>();
        for (var run = 0; run <= runs; run++)
        {
            var started = Stopwatch.GetTimestamp();
            await ask();
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        var later = times.Skip(1).Order().ToList();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{question}: {later[later.Count / 2]:f1} ms (worst {later[^1]:f1} ms)"));
    }
}
