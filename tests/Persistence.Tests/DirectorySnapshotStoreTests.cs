using Relay.Yjs;

namespace Relay.Persistence;

public sealed class DirectorySnapshotStoreTests : SnapshotStoreSpecification, IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly DirectorySnapshotStore store;

    public DirectorySnapshotStoreTests()
    {
        store = DirectorySnapshotStore.Open(directory.Path, TimeProvider.System);
        OtherStore = DirectorySnapshotStore.Open(directory.Path, TimeProvider.System);
    }

    protected override ISnapshotStore Store => store;

    protected override ISnapshotStore OtherStore { get; }

    public void Dispose() => directory.Dispose();

    protected override async Task<byte[]?> GetStoredAsync(DocumentName document, Position position) =>
        File.Exists(PathOf(document, position)) ? await File.ReadAllBytesAsync(PathOf(document, position)) : null;

    protected override Task<byte[]> GetAsideAsync(string place) => File.ReadAllBytesAsync(place);

    protected override async Task PutStoredAsync(DocumentName document, Position position, byte[] bytes)
    {
        Directory.CreateDirectory(FolderOf(document));
        await File.WriteAllBytesAsync(PathOf(document, position), bytes);
    }

    [Fact]
    public async Task A_stored_snapshot_of_another_version_stops_the_start_and_is_left_as_it_is()
    {
        var snapshot = Samples.State(Samples.At(1, 1));
        await Store.WriteAsync(snapshot, default).Soon();
        DirectorySnapshotStore.Open(directory.Path, TimeProvider.System);
        var bytes = (await GetStoredAsync(Document, snapshot.Position))!;
        bytes[9] = 1;
        await PutStoredAsync(Document, snapshot.Position, bytes);

        var error = Assert.Throws<SnapshotStoreMisconfiguredException>(
            () => DirectorySnapshotStore.Open(directory.Path, TimeProvider.System));

        Assert.StartsWith($"The snapshot {PathOf(Document, snapshot.Position)} has format version 1, and this version",
            error.Message, StringComparison.Ordinal);
        Assert.Equal(bytes, await GetStoredAsync(Document, snapshot.Position));
    }

    [Fact]
    public async Task Every_flipped_byte_and_every_truncation_of_a_file_is_reported_and_the_file_kept()
    {
        var snapshot = Samples.State(Samples.At(1, 1), null, 1, 2, 3, 4, 5);
        await Store.WriteAsync(snapshot, default).Soon();
        var good = (await GetStoredAsync(Document, snapshot.Position))!;
        var damages = Enumerable.Range(0, good.Length)
            .Select(at => good.Select((b, i) => i == at ? (byte)~b : b).ToArray())
            .Concat(Enumerable.Range(0, good.Length).Select(length => good[..length]));
        foreach (var damaged in damages)
        {
            await File.WriteAllBytesAsync(PathOf(Document, snapshot.Position), damaged);

            var info = Assert.Single(await ListAsync());
            Assert.Equal(damaged.Length, info.Bytes);
            var result = await Store.ReadAsync(Document, info, default).Soon();
            Assert.Equal(SnapshotReadOutcome.Unreadable, result.Outcome);
            Assert.EndsWith(".", result.Problem);
            await Assert.ThrowsAsync<SnapshotStoreUnavailableException>(
                () => Store.WriteAsync(snapshot, default).Soon());
            Assert.Equal(damaged, await GetStoredAsync(Document, snapshot.Position));
        }

        await File.WriteAllBytesAsync(PathOf(Document, snapshot.Position), good);
        await AssertReadsAsync(Store, snapshot);
    }

    [Fact]
    public async Task What_is_no_snapshot_by_its_name_is_not_listed()
    {
        var snapshot = Samples.State(Samples.At(1, 1));
        await Store.WriteAsync(snapshot, default).Soon();
        var name = SnapshotKey.Name(snapshot.Position);
        foreach (var other in new[] { name + ".tmp", "." + name, name.ToUpperInvariant(), "x", ".DS_Store",
            SnapshotKey.Name(Samples.At(1, 2))[1..] })
        {
            await File.WriteAllTextAsync(Path.Combine(FolderOf(Document), other), "x");
        }

        Directory.CreateDirectory(PathOf(Document, Samples.At(1, 3)));

        Assert.Equal(snapshot.Position, Assert.Single(await ListAsync()).Position);
    }

    [Fact]
    public async Task Nothing_is_written_outside_the_directory_and_only_folders_within()
    {
        var inner = DirectorySnapshotStore.Open(Path.Combine(directory.Path, "a", "b"), TimeProvider.System);
        foreach (var name in Samples.HostileNames)
        {
            await inner.WriteAsync(Samples.State(Samples.At(1, 1), DocumentName.Create(name)), default).Soon();
        }

        Assert.Equal(["a", SnapshotDirectory.MarkerName],
            new DirectoryInfo(directory.Path).EnumerateFileSystemInfos().Select(e => e.Name)
            .Order(StringComparer.Ordinal));
        var b = new DirectoryInfo(Path.Combine(directory.Path, "a", "b"));
        Assert.Equal(Samples.HostileNames.Count, b.EnumerateDirectories().Count());
        Assert.Equal(SnapshotDirectory.MarkerName, Assert.Single(b.EnumerateFiles()).Name);
        Assert.All(b.EnumerateDirectories(),
            folder => Assert.Equal(SnapshotKey.Name(Samples.At(1, 1)),
                Assert.Single(folder.EnumerateFileSystemInfos()).Name));
    }

    [Fact]
    public async Task A_folder_or_file_that_vanishes_after_the_listing_is_gone()
    {
        await Store.WriteAsync(Samples.State(Samples.At(1, 1)), default).Soon();
        await Store.WriteAsync(Samples.State(Samples.At(1, 2)), default).Soon();
        var listed = await ListAsync();
        File.Delete(PathOf(Document, listed[0].Position));
        Assert.Equal(SnapshotReadOutcome.Gone, (await Store.ReadAsync(Document, listed[0], default).Soon()).Outcome);

        Directory.Delete(FolderOf(Document), recursive: true);
        Assert.Equal(SnapshotReadOutcome.Gone, (await Store.ReadAsync(Document, listed[1], default).Soon()).Outcome);
        Assert.Empty(await ListAsync());
        await Store.DeleteAsync(Document, listed[1], default).Soon();
    }

    [Theory]
    [InlineData("the directory was removed")]
    [InlineData("the volume was unmounted")]
    [InlineData("the directory is a file")]
    public async Task A_store_that_went_away_throws_and_is_never_empty(string how)
    {
        await Store.WriteAsync(Samples.State(Samples.At(1, 1)), default).Soon();
        var info = Assert.Single(await ListAsync());
        Directory.Delete(directory.Path, recursive: true);
        if (how == "the volume was unmounted")
        {
            // What is left is the empty directory that it was mounted on.
            Directory.CreateDirectory(directory.Path);
        }
        else if (how == "the directory is a file")
        {
            await File.WriteAllTextAsync(directory.Path, "x");
        }

        await AssertUnavailableAsync(info);
        await AssertUnavailableAsync(info, DocumentName.Create("never stored"));

        if (how == "the directory is a file")
        {
            File.Delete(directory.Path);
        }
    }

    [Fact]
    public async Task A_folder_that_is_a_file_throws_and_is_never_empty()
    {
        await File.WriteAllTextAsync(FolderOf(Document), "x");

        await AssertUnavailableAsync(new SnapshotInfo(Samples.At(1, 1), 100, Samples.Time));
    }

    [Fact]
    public async Task What_may_not_be_read_throws_and_is_never_empty()
    {
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
        {
            return; // Nothing is forbidden to root.
        }

        await Store.WriteAsync(Samples.State(Samples.At(1, 1)), default).Soon();
        var info = Assert.Single(await ListAsync());
        File.SetUnixFileMode(FolderOf(Document), UnixFileMode.None);
        try
        {
            await AssertUnavailableAsync(info);
        }
        finally
        {
            File.SetUnixFileMode(FolderOf(Document),
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public async Task A_directory_that_cannot_be_made_does_not_open()
    {
        var file = Path.Combine(directory.Path, "file");
        await File.WriteAllTextAsync(file, "x");

        Assert.Throws<SnapshotStoreUnavailableException>(() => DirectorySnapshotStore.Open(file, TimeProvider.System));
        Assert.Throws<SnapshotStoreUnavailableException>(
            () => DirectorySnapshotStore.Open(Path.Combine(file, "below"), TimeProvider.System));
    }

    [Fact]
    public async Task A_directory_opens_again_with_what_is_in_it()
    {
        var path = Path.Combine(directory.Path, "new", "newer") + Path.DirectorySeparatorChar;
        await DirectorySnapshotStore.Open(path, TimeProvider.System)
            .WriteAsync(Samples.State(Samples.At(1, 1)), default).Soon();

        await AssertReadsAsync(DirectorySnapshotStore.Open(path, TimeProvider.System), Samples.State(Samples.At(1, 1)));
    }

    private async Task AssertUnavailableAsync(SnapshotInfo info, DocumentName? document = null)
    {
        var name = document ?? Document;
        await Assert.ThrowsAsync<SnapshotStoreUnavailableException>(
            async () => await Store.ListAsync(name, default).Soon());
        await Assert.ThrowsAsync<SnapshotStoreUnavailableException>(
            async () => await Store.ReadAsync(name, info, default).Soon());
        await Assert.ThrowsAsync<SnapshotStoreUnavailableException>(
            async () => await Store.WriteAsync(Samples.State(Samples.At(1, 2), name), default).Soon());
        await Assert.ThrowsAsync<SnapshotStoreUnavailableException>(
            async () => await Store.DeleteAsync(name, info, default).Soon());
    }

    private string FolderOf(DocumentName document) => Path.Combine(directory.Path, SnapshotKey.Folder(document));

    private string PathOf(DocumentName document, Position position) =>
        Path.Combine(FolderOf(document), SnapshotKey.Name(position));
}
