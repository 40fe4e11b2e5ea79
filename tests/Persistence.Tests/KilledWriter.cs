using System.Globalization;
using Relay.Yjs;

namespace Relay.Persistence;

/// <summary>
/// The child process of <see cref="KilledWriterTests"/>: writes snapshots until it is killed or a write fails, and says
/// on its output what was stored.
/// </summary>
internal static class KilledWriter
{
    internal const int Documents = 3;

    internal static DocumentName Document(int number) => DocumentName.Create($"document {number}");

    /// <param name="arguments">The store's directory, an epoch that no earlier child used, a seed, and how many bytes
    /// an update has at most.</param>
    internal static async Task<int> RunAsync(string[] arguments)
    {
        var store = DirectorySnapshotStore.Open(arguments[0], TimeProvider.System);
        var epoch = long.Parse(arguments[1], CultureInfo.InvariantCulture);
        var random = new Random(int.Parse(arguments[2], CultureInfo.InvariantCulture));
        var maxBytes = int.Parse(arguments[3], CultureInfo.InvariantCulture);
        for (var offset = 1; ; offset++)
        {
            for (var number = 0; number < Documents; number++)
            {
                var update = new byte[random.Next(1, maxBytes)];
                random.NextBytes(update);
                var snapshot = new Snapshot(Document(number), SnapshotKind.State,
                    new Position(epoch, offset, new EntryId((ulong)random.NextInt64(1, long.MaxValue))),
                    DateTimeOffset.UtcNow, update);
                try
                {
                    await store.WriteAsync(snapshot, default);
                }
                catch (SnapshotStoreUnavailableException exception)
                {
                    await Console.Error.WriteLineAsync(exception.Message);
                    return 3;
                }

                await Console.Out.WriteLineAsync($"{number} {SnapshotKey.Name(snapshot.Position)}");
                await Console.Out.FlushAsync();
            }
        }
    }
}
