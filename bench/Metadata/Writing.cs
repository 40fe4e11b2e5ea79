using System.Diagnostics;
using System.Globalization;
using Relay.Persistence.Metadata;
using Relay.Yjs;

namespace Relay.Bench.Metadata;

/// <summary>How long the database takes for what one node writes every two seconds.</summary>
internal static class Writing
{
    private const int Rooms = 2_500;
    private const int Connections = 100;

    public static async Task RunAsync(IRoomMetadataWriter writer, int runs)
    {
        // Names that the fill did not make: the first batch makes them.
        await writer.PrepareAsync(default);
        var open = new List<ConnectionChange>();
        var times = new List<double>();
        for (var number = 1; number <= runs + 1; number++)
        {
            var now = DateTimeOffset.UtcNow;
            var rooms = Enumerable.Range(0, Rooms)
                .Select(room => new RoomSample
                {
                    Room = Name(room),
                    UsedAt = now,
                    IsOpen = true,
                    Connections = 4,
                    Updates = 8,
                    BytesIn = 900,
                    BytesOut = 2700,
                    Peak = 4,
                    ConnectionSeconds = 8
                }).ToList();
            var ended = open.ConvertAll(
                change => change with
                {
                    IsNew = false,
                    End = new ConnectionEnd(now, 900, 2700, 8, 24, null, "The client left.")
                });
            open = [.. Enumerable.Range(0, Connections)
                .Select(room => new ConnectionChange(Guid.CreateVersion7(), Name(room), "user", "y-websocket",
                    now, true, null))];
            var batch = new MetadataBatch(number, now, rooms, [.. ended, .. open], 4 * Rooms, Rooms);
            var started = Stopwatch.GetTimestamp();
            await writer.WriteAsync(batch, default);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        await writer.EndAsync(default);
        var later = times.Skip(1).Order().ToList();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"\nA batch of {Rooms} rooms, {Connections} comings and {Connections} goings: {later[later.Count / 2]:f0} "
                + $"ms (worst {later[^1]:f0} ms); the first one, which makes the rooms: {times[0]:f0} ms."));
    }

    private static DocumentName Name(int room) =>
        DocumentName.Create(string.Create(CultureInfo.InvariantCulture, $"written/{room}"));
}
