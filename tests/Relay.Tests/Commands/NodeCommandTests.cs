using System.Buffers.Binary;
using Relay.Persistence;
using Relay.Startup;
using Relay.Yjs;

namespace Relay.Commands;

public sealed class NodeCommandTests : IDisposable
{
    private readonly DirectoryInfo home = Directory.CreateTempSubdirectory("relay-");

    public void Dispose() => home.Delete(recursive: true);

    [Fact]
    public async Task A_node_whose_settings_are_refused_ends_with_code_2() =>
        Assert.Equal(2, await RunAsync("--Relay:Limits:MaxConnections=-1"));

    [Fact]
    public async Task A_node_on_snapshots_of_another_version_ends_with_code_3_and_leaves_them_as_they_are()
    {
        var directory = Path.Combine(home.FullName, "snapshots");
        var snapshot = new Snapshot(
            DocumentName.Create("a"), SnapshotKind.State, new Position(1, 1, new EntryId(7)), DateTimeOffset.UnixEpoch,
            new byte[] { 0, 0 });
        await DirectorySnapshotStore.Open(directory, TimeProvider.System).WriteAsync(snapshot, default);
        var path = Assert.Single(Directory.GetFiles(directory, "*", SearchOption.AllDirectories),
            file => !file.EndsWith(".relay", StringComparison.Ordinal));
        var bytes = await File.ReadAllBytesAsync(path);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(8), 1);
        await File.WriteAllBytesAsync(path, bytes);

        Assert.Equal(3, await RunAsync());
        Assert.Equal(bytes, await File.ReadAllBytesAsync(path));
    }

    /// <summary>A node that starts would run on: the test ends by its deadline.</summary>
    private Task<int> RunAsync(params string[] settings) => RelayCommands.RunAsync(
        [
            "--environment=Development", "--urls=http://127.0.0.1:0", $"--Relay:FileStore:Path={home.FullName}",
            .. settings,
        ],
        TextWriter.Null,
        TextWriter.Null).WaitAsync(TimeSpan.FromSeconds(60));
}
