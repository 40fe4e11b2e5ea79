using Relay.Persistence.Metadata.Sqlite;
using static Relay.Persistence.Metadata.MetadataSamples;

namespace Relay.Persistence.Metadata;

/// <summary>
/// The child process of <see cref="SqliteProcessTests"/>: writes batches until it is killed, and says on its output
/// which
/// one is written. A batch adds one update to each room.
/// </summary>
internal static class KilledMetadataWriter
{
    internal const int Rooms = 40;

    /// <param name="arguments">
    /// The file, and optionally another file that is removed when a batch cannot be written: that makes room on the
    /// disk.
    /// </param>
    internal static async Task<int> RunAsync(string[] arguments)
    {
        var options = new SqliteMetadataOptions
        {
            Path = arguments[0],
            Address = "alone",
            Incarnation = "killed",
            KeepConnections = TimeSpan.FromDays(30),
        };
        var writer = new SqliteMetadataWriter(options, TimeProvider.System);
        await writer.PrepareAsync(default);
        for (var number = 1; ; number++)
        {
            var samples = Enumerable.Range(0, Rooms).Select(
                room => Sample($"room {room}") with { Connections = 1, Updates = 1 }).ToArray();
            var begun = Enumerable.Range(0, Rooms).Select(
                room => Begin($"room {room}", new string('u', 500))).ToArray();
            var batch = Batch(number, samples, begun);
            try
            {
                await writer.WriteAsync(batch, default);
            }
            catch (RoomMetadataUnavailableException exception) when (
                arguments is [_, var ballast] && File.Exists(ballast))
            {
                await Console.Out.WriteLineAsync($"full: {exception.Message}");
                File.Delete(ballast);
                await writer.WriteAsync(batch, default);
                await writer.DisposeAsync();
                await Console.Out.WriteLineAsync($"{number}");
                return 0;
            }

            await Console.Out.WriteLineAsync($"{number}");
            await Console.Out.FlushAsync();
        }
    }
}
