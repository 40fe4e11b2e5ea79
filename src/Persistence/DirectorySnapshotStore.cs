using Relay.Yjs;

namespace Relay.Persistence;

/// <summary>
/// Snapshots as files under one directory: for one node, or for nodes that share a file system. A file appears under
/// its name only when it is whole, flushed and read back, and is never written to again. Several processes may use one
/// directory at once; no lock is needed.
/// </summary>
/// <remarks>
/// <para>
/// "Not there" is believed only while the directory's marker file is there: an unmounted volume or a removed directory
/// throws instead of showing documents without snapshots.
/// </para>
/// <para>
/// Listing and deleting are a few short system calls and run on the caller's thread. File contents are read and written
/// asynchronously. The framework has no asynchronous flush, so each write blocks its thread for three or four flushes
/// (milliseconds on an SSD): at most <see cref="ConcurrentWrites"/> writes run at a time, so that saving many documents
/// at once never takes more of the thread pool than that.
/// </para>
/// </remarks>
public sealed partial class DirectorySnapshotStore : ISnapshotStore
{
    /// <summary>
    /// How many writes run at a time; further ones wait without a thread. Two let one write's processor work overlap
    /// with the other's flushes.
    /// </summary>
    internal const int ConcurrentWrites = 2;

    /// <summary>The marker's name; no document's folder can have it, because of the dot.</summary>
    internal const string MarkerName = "snapshots.relay";

    private readonly string root;
    private readonly string marker;
    private readonly TimeProvider time;
    private readonly SemaphoreSlim writing = new(ConcurrentWrites);

    private DirectorySnapshotStore(string root, TimeProvider time)
    {
        this.root = root;
        this.time = time;
        marker = Path.Combine(root, MarkerName);
    }

    /// <summary>
    /// For tests: called before each step of a write with the temporary file's path; what it throws is what the disk
    /// would have said.
    /// </summary>
    internal Action<DirectoryWriteStep, string>? BeforeStep { get; set; }

    /// <summary>For tests: whether the file system has hard links.</summary>
    internal bool HardLinks { get; set; } = !OperatingSystem.IsWindows();

    /// <summary>
    /// Opens the store, and makes its directory (and those above it) if it is not there yet. The directory is the
    /// store's alone.
    /// </summary>
    /// <exception cref="SnapshotStoreUnavailableException">The directory cannot be made or written.</exception>
    /// <exception cref="SnapshotStoreMisconfiguredException">The directory holds snapshots of another format
    /// version.</exception>
    public static DirectorySnapshotStore Open(string path, TimeProvider time)
    {
        var store = new DirectorySnapshotStore(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)), time);
        Guard($"Cannot open the snapshot directory '{store.root}'", store.EnsureRoot);
        return Guard("Cannot look at the stored snapshots", () => DirectoryFormatCheck.Find(store.root)) is { } refusal
            ? throw new SnapshotStoreMisconfiguredException(refusal)
            : store;
    }

    public ValueTask<IReadOnlyList<SnapshotInfo>> ListAsync(DocumentName document, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Guard("Cannot list snapshots", () => List(document)));
    }

    public async ValueTask<SnapshotReadResult> ReadAsync(DocumentName document, SnapshotInfo snapshot,
        CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            return await ReadFileAsync(PathOf(document, snapshot.Position), document, snapshot.Position, cancellation)
                .ConfigureAwait(false);
        }
        catch (Exception exception) when (IsAbsence(exception))
        {
            Guard("Cannot read a snapshot", () => ConfirmAbsence(document));
            return new SnapshotReadResult(SnapshotReadOutcome.Gone);
        }
        catch (Exception exception) when (IsFailure(exception))
        {
            throw Unavailable("Cannot read a snapshot", exception);
        }
    }

    public ValueTask DeleteAsync(DocumentName document, SnapshotInfo snapshot, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var path = PathOf(document, snapshot.Position);
        Guard("Cannot delete a snapshot", () =>
        {
            try
            {
                File.Delete(path);

                // So that deletions reach the disk in their order: a power cut must not bring an old state back and
                // leave its tombstone deleted.
                FlushDirectory(Path.GetDirectoryName(path)!);
            }
            catch (Exception exception) when (IsAbsence(exception))
            {
                ConfirmAbsence(document);
            }
        });
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<string?> SetAsideAsync(DocumentName document, SnapshotInfo snapshot,
        CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var path = PathOf(document, snapshot.Position);
        var aside = Path.Combine(FolderOf(document), SnapshotKey.AsideName(snapshot.Position, time.GetUtcNow()));
        return ValueTask.FromResult(Guard("Cannot set a snapshot aside", () =>
        {
            try
            {
                File.Move(path, aside, overwrite: false);
                FlushDirectory(Path.GetDirectoryName(path)!);
                return aside;
            }
            catch (Exception exception) when (IsAbsence(exception))
            {
                ConfirmAbsence(document);
                return null;
            }
        }));
    }

    private static async ValueTask<SnapshotReadResult> ReadFileAsync(string path, DocumentName document,
        Position position, CancellationToken cancellation)
    {
        using var file = File.OpenHandle(
            path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete,
                FileOptions.Asynchronous | FileOptions.SequentialScan);
        var length = RandomAccess.GetLength(file);
        var start = new byte[SnapshotFormat.FixedBytes];
        var startLength = await FillAsync(file, start, 0, cancellation).ConfigureAwait(false);
        if (SnapshotFormat.StartProblem(start.AsSpan(0, startLength), length) is { } problem)
        {
            return new SnapshotReadResult(SnapshotReadOutcome.Unreadable, Problem: problem);
        }

        var bytes = GC.AllocateUninitializedArray<byte>((int)length);
        var read = await FillAsync(file, bytes, 0, cancellation).ConfigureAwait(false);
        return SnapshotFormat.Decode(bytes.AsMemory(0, read), document, position);
    }

    /// <summary>Reads until the buffer is full or the file ends; a single read may return less.</summary>
    private static async ValueTask<int> FillAsync(Microsoft.Win32.SafeHandles.SafeFileHandle file, Memory<byte> buffer,
        long offset, CancellationToken cancellation)
    {
        var filled = 0;
        while (filled < buffer.Length)
        {
            var read = await RandomAccess.ReadAsync(file, buffer[filled..], offset + filled, cancellation)
                .ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            filled += read;
        }

        return filled;
    }

    private static void FlushDirectory(string path)
    {
        // Windows has no flush of a directory that works without administrator's rights; NTFS journals its entries.
        if (!OperatingSystem.IsWindows())
        {
            UnixFiles.FlushDirectory(path);
        }
    }

    /// <summary>
    /// The file or one of the folders above it is not there. Whether that is to be believed, the marker says.
    /// </summary>
    private static bool IsAbsence(Exception exception) =>
        exception is FileNotFoundException or DirectoryNotFoundException;

    private static bool IsFailure(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or System.Security.SecurityException;

    private static SnapshotStoreUnavailableException Unavailable(string what, Exception exception) =>
        new($"{what}: {exception.Message}", exception);

    private static void Guard(string what, Action action) => Guard(what, () =>
    {
        action();
        return true;
    });

    private static T Guard<T>(string what, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception exception) when (IsFailure(exception))
        {
            throw Unavailable(what, exception);
        }
    }

    private IReadOnlyList<SnapshotInfo> List(DocumentName document)
    {
        var found = new List<SnapshotInfo>();
        try
        {
            foreach (var file in new DirectoryInfo(FolderOf(document)).EnumerateFiles())
            {
                if (SnapshotKey.TryParseName(file.Name, out var position) && LookAt(file, position) is { } snapshot)
                {
                    found.Add(snapshot);
                }
            }
        }
        catch (DirectoryNotFoundException)
        {
            ConfirmAbsence(document);
            return [];
        }

        found.Sort((a, b) => string.CompareOrdinal(SnapshotKey.Name(a.Position), SnapshotKey.Name(b.Position)));
        return found;
    }

    /// <summary>
    /// Nothing for what was deleted since it was listed. Not by asking whether it exists: the framework answers "no" to
    /// that also where the disk said something else.
    /// </summary>
    private static SnapshotInfo? LookAt(FileInfo file, Position position)
    {
        try
        {
            return new SnapshotInfo(position, file.Length, new DateTimeOffset(file.LastWriteTimeUtc));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private string FolderOf(DocumentName document) => Path.Combine(root, SnapshotKey.Folder(document));

    private string PathOf(DocumentName document, Position position) =>
        Path.Combine(FolderOf(document), SnapshotKey.Name(position));

    /// <summary>
    /// Throws if "not found" must not be believed: the framework says it too where a file stands in the way of the
    /// folder.
    /// </summary>
    private void ConfirmAbsence(DocumentName document)
    {
        DemandMarker();
        if (File.Exists(FolderOf(document)))
        {
            throw new IOException("A file stands where the document's folder belongs.");
        }
    }

    /// <summary>
    /// Opens the marker rather than asking whether it exists: the framework answers "no" to that also where the disk
    /// said something else.
    /// </summary>
    private void DemandMarker()
    {
        using var handle = File.OpenHandle(marker, FileMode.Open, FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete);
    }

    private void EnsureRoot()
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
            FlushDirectory(Path.GetDirectoryName(directory)!);
        }

        File.OpenHandle(marker, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete)
            .Dispose();
        FlushDirectory(root);
    }
}
