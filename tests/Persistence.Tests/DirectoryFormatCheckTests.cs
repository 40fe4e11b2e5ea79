namespace Relay.Persistence;

public sealed class DirectoryFormatCheckTests : IDisposable
{
    private readonly TemporaryDirectory home = new();

    public void Dispose() => home.Dispose();

    [Fact]
    public void A_directory_without_snapshots_says_nothing_about_a_version()
    {
        Assert.Null(DirectoryFormatCheck.Find(home.Path));

        File.WriteAllText(Path.Combine(home.Path, SnapshotDirectory.MarkerName), "");
        Directory.CreateDirectory(Path.Combine(home.Path, "empty"));
        Put("folder", "notes.txt", [1, 2, 3]);

        Assert.Null(DirectoryFormatCheck.Find(home.Path));
    }

    [Fact]
    public void A_directory_that_is_gone_has_been_checked_by_the_node_that_removed_it() =>
        Assert.Null(DirectoryFormatCheck.Find(Path.Combine(home.Path, "gone")));

    [Fact]
    public void A_snapshot_of_this_version_passes_and_one_of_another_is_named()
    {
        var snapshot = Samples.State(Samples.At(1, 1));
        var bytes = Samples.Encode(snapshot);
        var path = Put("folder", SnapshotKey.Name(snapshot.Position), bytes);
        Assert.Null(DirectoryFormatCheck.Find(home.Path));

        bytes[9] = 1;
        File.WriteAllBytes(path, bytes);

        Assert.StartsWith($"The snapshot {path} has format version 1", DirectoryFormatCheck.Find(home.Path),
            StringComparison.Ordinal);
    }

    private string Put(string folder, string name, byte[] bytes)
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(home.Path, folder)).FullName, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
