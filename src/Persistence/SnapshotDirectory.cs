using Relay.Yjs;

namespace Relay.Persistence;

/// <summary>
/// The directory of a <see cref="DirectorySnapshotStore"/>: where files stand, and whether "not found" is to be
/// believed.
/// </summary>
internal sealed class SnapshotDirectory(string root)
{
    /// <summary>The marker's name; no document's folder can have it, because of the dot.</summary>
    public const string MarkerName = "snapshots.relay";

    private readonly string marker = Path.Combine(root, MarkerName);

    public string Root => root;

    public string FolderOf(DocumentName document) => Path.Combine(root, SnapshotKey.Folder(document));

    public string PathOf(DocumentName document, Position position) =>
        Path.Combine(FolderOf(document), SnapshotKey.Name(position));

    /// <summary>Makes the directory and its marker if they are not there yet.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public void Ensure()
    {
        // From the topmost new directory down: each is durable in the one above before anything is put into it.
        var missing = new Stack<string>();
        for (var at = root; at is not null && !Directory.Exists(at); at = Path.GetDirectoryName(at))
        {
            missing.Push(at);
        }

        foreach (var directory in missing)
        {
            Directory.CreateDirectory(directory);
            Flush(Path.GetDirectoryName(directory)!);
        }

        File.OpenHandle(marker, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete)
            .Dispose();
        Flush(root);
    }

    /// <summary>
    /// Throws if "not found" must not be believed: the framework says it too where a file stands in the way of the
    /// folder.
    /// </summary>
    public void ConfirmAbsence(DocumentName document)
    {
        DemandMarker();
        if (File.Exists(FolderOf(document)))
        {
            throw new IOException("A file stands where the document's folder belongs.");
        }
    }

    /// <summary>
    /// Opens the marker rather than asking whether it exists: the framework answers "no" to that also where the disk
    /// reports an error.
    /// </summary>
    public void DemandMarker()
    {
        using var handle = File.OpenHandle(marker, FileMode.Open, FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete);
    }

    /// <summary>
    /// The file or one of the folders above it is not there. Whether that is to be believed, the marker says.
    /// </summary>
    public static bool IsAbsence(Exception exception) =>
        exception is FileNotFoundException or DirectoryNotFoundException;

    public static void Flush(string path)
    {
        // Windows has no flush of a directory that works without administrator's rights; NTFS journals its entries.
        if (!OperatingSystem.IsWindows())
        {
            UnixFiles.FlushDirectory(path);
        }
    }
}
