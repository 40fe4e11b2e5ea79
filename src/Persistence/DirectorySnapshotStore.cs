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
/// (milliseconds on an SSD): at most <see cref="SnapshotFileWriter.ConcurrentWrites"/> writes run at a time, so that
/// saving many documents at once never takes more of the thread pool than that.
/// </para>
/// </remarks>
public sealed class DirectorySnapshotStore : ISnapshotStore
{
    private readonly SnapshotDirectory directory;
    private readonly SnapshotFileWriter writer;
    private readonly TimeProvider time;

    private DirectorySnapshotStore(SnapshotDirectory directory, TimeProvider time)
    {
        this.directory = directory;
        this.time = time;
        writer = new SnapshotFileWriter(directory, time);
    }

    /// <summary>For tests: see <see cref="SnapshotFileWriter"/>.</summary>
    internal SnapshotFileWriter Writer => writer;

    /// <summary>
    /// Opens the store, and makes its directory (and those above it) if it is not there yet. The directory is the
    /// store's alone.
    /// </summary>
    /// <exception cref="SnapshotStoreUnavailableException">The directory cannot be made or written.</exception>
    /// <exception cref="SnapshotStoreMisconfiguredException">The directory holds snapshots of another format
    /// version.</exception>
    public static DirectorySnapshotStore Open(string path, TimeProvider time)
    {
        var directory = new SnapshotDirectory(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        DirectoryFaults.Guard($"Cannot open the snapshot directory '{directory.Root}'", directory.Ensure);
        var refusal = DirectoryFaults.Guard(
            "Cannot look at the stored snapshots", () => DirectoryFormatCheck.Find(directory.Root));
        return refusal is null
            ? new DirectorySnapshotStore(directory, time)
            : throw new SnapshotStoreMisconfiguredException(refusal);
    }

    public ValueTask<IReadOnlyList<SnapshotInfo>> ListAsync(DocumentName document, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.FromResult(DirectoryFaults.Guard("Cannot list snapshots", () => List(document)));
    }

    public async ValueTask<SnapshotReadResult> ReadAsync(DocumentName document, SnapshotInfo snapshot,
        CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            return await SnapshotFileReader
                .ReadAsync(directory.PathOf(document, snapshot.Position), document, snapshot.Position, cancellation)
                .ConfigureAwait(false);
        }
        catch (Exception exception) when (SnapshotDirectory.IsAbsence(exception))
        {
            DirectoryFaults.Guard("Cannot read a snapshot", () => directory.ConfirmAbsence(document));
            return new SnapshotReadResult(SnapshotReadOutcome.Gone);
        }
        catch (Exception exception) when (DirectoryFaults.IsFailure(exception))
        {
            throw DirectoryFaults.Unavailable("Cannot read a snapshot", exception);
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// A snapshot that is stored at the position already, and reads, stays: equal positions are equal histories. One
    /// that does not read stays as well, and the write fails, since the position has one key and a snapshot is never
    /// overwritten. The session then still counts as unsaved, its log is not trimmed, and the next entry gives it
    /// another position.
    /// </remarks>
    public ValueTask WriteAsync(Snapshot snapshot, CancellationToken cancellation) =>
        writer.WriteAsync(snapshot, cancellation);

    public ValueTask DeleteAsync(DocumentName document, SnapshotInfo snapshot, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var path = directory.PathOf(document, snapshot.Position);
        DirectoryFaults.Guard("Cannot delete a snapshot", () =>
        {
            try
            {
                File.Delete(path);

                // So that deletions reach the disk in their order: a power cut must not bring an old state back and
                // leave its tombstone deleted.
                SnapshotDirectory.Flush(Path.GetDirectoryName(path)!);
            }
            catch (Exception exception) when (SnapshotDirectory.IsAbsence(exception))
            {
                directory.ConfirmAbsence(document);
            }
        });
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<string?> SetAsideAsync(DocumentName document, SnapshotInfo snapshot,
        CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var path = directory.PathOf(document, snapshot.Position);
        var aside = Path.Combine(
            directory.FolderOf(document), SnapshotKey.AsideName(snapshot.Position, time.GetUtcNow()));
        return ValueTask.FromResult(DirectoryFaults.Guard("Cannot set a snapshot aside", () =>
        {
            try
            {
                File.Move(path, aside, overwrite: false);
                SnapshotDirectory.Flush(Path.GetDirectoryName(path)!);
                return aside;
            }
            catch (Exception exception) when (SnapshotDirectory.IsAbsence(exception))
            {
                directory.ConfirmAbsence(document);
                return null;
            }
        }));
    }

    private IReadOnlyList<SnapshotInfo> List(DocumentName document)
    {
        var found = new List<SnapshotInfo>();
        try
        {
            foreach (var file in new DirectoryInfo(directory.FolderOf(document)).EnumerateFiles())
            {
                if (SnapshotKey.TryParseName(file.Name, out var position) && LookAt(file, position) is { } snapshot)
                {
                    found.Add(snapshot);
                }
            }
        }
        catch (DirectoryNotFoundException)
        {
            directory.ConfirmAbsence(document);
            return [];
        }

        found.Sort((a, b) => string.CompareOrdinal(SnapshotKey.Name(a.Position), SnapshotKey.Name(b.Position)));
        return found;
    }

    /// <summary>
    /// Returns null for a file that was deleted since it was listed. It does not ask whether the file exists: the
    /// framework answers "no" to that also where the disk reports an error.
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
}
