using Relay.Yjs;

namespace Relay.Persistence;

public sealed class SnapshotDirectoryTests : IDisposable
{
    private readonly TemporaryDirectory home = new();
    private readonly DocumentName document = DocumentName.Create("plans/2026");

    public void Dispose() => home.Dispose();

    [Fact]
    public void The_directory_and_those_above_it_are_made_with_a_marker_and_a_second_time_nothing_is_changed()
    {
        var root = Path.Combine(home.Path, "one", "two", "snapshots");
        var directory = new SnapshotDirectory(root);

        directory.Ensure();
        Directory.CreateDirectory(directory.FolderOf(document));
        directory.Ensure();

        Assert.Equal([SnapshotDirectory.MarkerName], Directory.GetFiles(root).Select(Path.GetFileName));
        Assert.True(Directory.Exists(directory.FolderOf(document)));
        directory.DemandMarker();
    }

    [Fact]
    public void A_file_in_place_of_the_directory_is_an_error()
    {
        var root = Path.Combine(home.Path, "snapshots");
        File.WriteAllText(root, "");

        Assert.ThrowsAny<IOException>(new SnapshotDirectory(root).Ensure);
    }

    [Fact]
    public void A_documents_files_stand_in_a_folder_of_its_own_whatever_its_name_is()
    {
        var directory = new SnapshotDirectory(home.Path);
        string[] names = ["a", "A", "a/b", "a%2Fb", "..", "../a", "snapshots.relay", "réunion 会議"];

        var folders = names.Select(name => directory.FolderOf(DocumentName.Create(name))).ToList();

        Assert.Equal(names.Length, folders.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(folders, folder =>
        {
            Assert.Equal(directory.Root, Path.GetDirectoryName(Path.GetFullPath(folder)));
            Assert.NotEqual(SnapshotDirectory.MarkerName, Path.GetFileName(folder));
        });
        var position = new Position(3, 4, new EntryId(5));
        Assert.Equal(directory.FolderOf(document), Path.GetDirectoryName(directory.PathOf(document, position)));
        Assert.True(SnapshotKey.TryParseName(Path.GetFileName(directory.PathOf(document, position)), out var parsed));
        Assert.Equal(position, parsed);
    }

    [Fact]
    public void No_snapshots_are_believed_only_beside_the_marker()
    {
        var directory = new SnapshotDirectory(home.Path);
        var error = Assert.ThrowsAny<IOException>(() => directory.ConfirmAbsence(document));
        Assert.True(SnapshotDirectory.IsAbsence(error));

        directory.Ensure();
        directory.ConfirmAbsence(document);

        Directory.CreateDirectory(directory.FolderOf(document));
        directory.ConfirmAbsence(document);
        File.Delete(Path.Combine(home.Path, SnapshotDirectory.MarkerName));
        Assert.ThrowsAny<IOException>(() => directory.ConfirmAbsence(document));
        Assert.ThrowsAny<IOException>(directory.DemandMarker);
    }

    [Fact]
    public void A_file_in_place_of_the_documents_folder_is_no_absence()
    {
        var directory = new SnapshotDirectory(home.Path);
        directory.Ensure();
        File.WriteAllText(directory.FolderOf(document), "");

        var error = Assert.ThrowsAny<IOException>(() => directory.ConfirmAbsence(document));

        Assert.False(SnapshotDirectory.IsAbsence(error));
        Assert.False(SnapshotDirectory.IsAbsence(new UnauthorizedAccessException()));
    }
}
