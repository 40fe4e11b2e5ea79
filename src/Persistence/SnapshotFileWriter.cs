using System.Buffers;

namespace Relay.Persistence;

/// <summary>
/// Writes snapshots as files that get their name only when they are whole, flushed and read back; a few at a time.
/// </summary>
internal sealed class SnapshotFileWriter(SnapshotDirectory directory, TimeProvider time)
{
    /// <summary>
    /// How many writes run at a time; further ones wait without a thread. Two let one write's processor work overlap
    /// with the other's flushes.
    /// </summary>
    public const int ConcurrentWrites = 2;

    private const string TemporarySuffix = ".tmp";
    private const int CompareBytes = 128 * 1024;

    /// <summary>
    /// From this age a temporary file belongs to a process that was killed. If its writer is alive after all, its write
    /// fails and is tried again.
    /// </summary>
    private static readonly TimeSpan TemporaryLifetime = TimeSpan.FromHours(1);

    private readonly SemaphoreSlim writing = new(ConcurrentWrites);

    /// <summary>
    /// For tests: called before each step of a write with the temporary file's path; what it throws is what the disk
    /// would have said.
    /// </summary>
    public Action<DirectoryWriteStep, string>? BeforeStep { get; set; }

    /// <summary>For tests: whether the file system has hard links.</summary>
    public bool HardLinks { get; set; } = !OperatingSystem.IsWindows();

    /// <summary>Writes a snapshot under its name, when it is whole, flushed and read back.</summary>
    public async ValueTask WriteAsync(Snapshot snapshot, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        await writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            // Not before its turn: many may wait.
            await WriteAsync(snapshot, SnapshotFormat.Encode(snapshot), cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (DirectoryFaults.IsFailure(exception))
        {
            throw DirectoryFaults.Unavailable("Cannot write a snapshot", exception);
        }
        finally
        {
            writing.Release();
        }
    }

    private async ValueTask WriteAsync(Snapshot snapshot, ReadOnlySequence<byte> bytes,
        CancellationToken cancellation)
    {
        directory.DemandMarker();
        var path = directory.PathOf(snapshot.Document, snapshot.Position);
        var folder = Path.GetDirectoryName(path)!;
        if (!await IsStoredAsync(path, snapshot, cancellation).ConfigureAwait(false))
        {
            var temporary = Path.Combine(folder, Guid.NewGuid().ToString("n") + TemporarySuffix);
            Step(DirectoryWriteStep.CreateFolder, temporary);
            Directory.CreateDirectory(folder);
            RemoveLeftovers(folder);
            try
            {
                await WriteTemporaryAsync(temporary, bytes, cancellation).ConfigureAwait(false);
                Step(DirectoryWriteStep.ReadBack, temporary);
                await CompareAsync(temporary, bytes, cancellation).ConfigureAwait(false);
                Step(DirectoryWriteStep.Name, temporary);
                if (!TryName(temporary, path)
                    && !await IsStoredAsync(path, snapshot, cancellation).ConfigureAwait(false))
                {
                    throw new SnapshotStoreUnavailableException(
                        "Another snapshot of this position was written and deleted at the same time.");
                }
            }
            finally
            {
                RemoveTemporary(temporary);
            }
        }

        // Also when it was there already: its writer may have been killed before this. A flush of what is on the
        // disk already costs very little.
        Step(DirectoryWriteStep.FlushFolders, path);
        SnapshotDirectory.Flush(folder);
        SnapshotDirectory.Flush(directory.Root);

        // Making the folder also makes the root again if it was removed a moment ago; what went there is not stored.
        directory.DemandMarker();
    }

    /// <summary>Whether the position's file exists and reads.</summary>
    /// <exception cref="SnapshotStoreUnavailableException">It exists and does not read, or holds another
    /// snapshot.</exception>
    private static async ValueTask<bool> IsStoredAsync(string path, Snapshot snapshot, CancellationToken cancellation)
    {
        SnapshotReadResult stored;
        try
        {
            stored = await SnapshotFileReader.ReadAsync(path, snapshot.Document, snapshot.Position, cancellation)
                .ConfigureAwait(false);
        }
        catch (Exception exception) when (SnapshotDirectory.IsAbsence(exception))
        {
            return false;
        }

        if (stored.Snapshot is null)
        {
            throw new SnapshotStoreUnavailableException(
                $"The snapshot that is stored at {snapshot.Position} does not read and is kept; the document can be "
                    + $"stored at its next position. {stored.Problem}")
            {
                IsPositionTaken = true,
            };
        }

        return stored.Snapshot.Kind == snapshot.Kind
            ? true
            : throw new SnapshotStoreUnavailableException(
                $"The snapshot that is stored at {snapshot.Position} is a "
                    + $"{stored.Snapshot.Kind}, not a {snapshot.Kind}.");
    }

    private async ValueTask WriteTemporaryAsync(string temporary, ReadOnlySequence<byte> bytes,
        CancellationToken cancellation)
    {
        Step(DirectoryWriteStep.CreateTemporary, temporary);

        // Reserving the space first makes a full disk fail here, before anything is written.
        using var file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.Delete,
            FileOptions.Asynchronous, bytes.Length);
        Step(DirectoryWriteStep.WriteTemporary, temporary);
        var at = 0L;
        foreach (var part in bytes)
        {
            await RandomAccess.WriteAsync(file, part, at, cancellation).ConfigureAwait(false);
            at += part.Length;
        }

        Step(DirectoryWriteStep.FlushTemporary, temporary);
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>
    /// Reads the file back by its path. The system answers from its cache, so this does not prove the disk (the flush
    /// reports what the disk refused, and every later read checks the checksum): it proves that the file that is about
    /// to get the name holds these bytes.
    /// </summary>
    private static async ValueTask CompareAsync(string temporary, ReadOnlySequence<byte> bytes,
        CancellationToken cancellation)
    {
        using var file = File.OpenHandle(temporary, FileMode.Open, FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous);
        var same = RandomAccess.GetLength(file) == bytes.Length;
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(bytes.Length, CompareBytes));
        try
        {
            for (var at = 0L; same && at < bytes.Length;)
            {
                var part = buffer.AsMemory(0, (int)Math.Min(buffer.Length, bytes.Length - at));
                var read = await SnapshotFileReader.FillAsync(file, part, at, cancellation).ConfigureAwait(false);
                same = read == part.Length && bytes.Slice(at, read).HasBytes(part.Span);
                at += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (!same)
        {
            throw new SnapshotStoreUnavailableException(
                "The snapshot directory gave back other bytes than it was given.");
        }
    }

    /// <summary>Gives the whole file its name in one step; false if the name is taken.</summary>
    private bool TryName(string temporary, string path)
    {
        if (OperatingSystem.IsWindows())
        {
            try
            {
                File.Move(temporary, path, overwrite: false);
                return true;
            }
            catch (IOException) when (File.Exists(path))
            {
                return false;
            }
        }

        switch (HardLinks ? UnixFiles.Link(temporary, path) : UnixFiles.LinkOutcome.Unsupported)
        {
            case UnixFiles.LinkOutcome.Linked:
                return true;
            case UnixFiles.LinkOutcome.Exists:
                return false;
            default:
                // Without hard links only a rename is atomic, and it replaces. Between the question and the rename
                // another writer of the same position may come first: then its file is replaced, whole, by the same
                // history's state.
                if (File.Exists(path))
                {
                    return false;
                }

                File.Move(temporary, path, overwrite: true);
                return true;
        }
    }

    /// <summary>
    /// A temporary file that cannot be removed is no reason to call a stored snapshot unstored: a later write removes
    /// it.
    /// </summary>
    private void RemoveTemporary(string temporary)
    {
        try
        {
            Step(DirectoryWriteStep.RemoveTemporary, temporary);
            File.Delete(temporary);
        }
        catch (Exception exception) when (DirectoryFaults.IsFailure(exception))
        {
        }
    }

    private void RemoveLeftovers(string folder)
    {
        var old = time.GetUtcNow() - TemporaryLifetime;
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*" + TemporarySuffix))
        {
            if (new DateTimeOffset(file.LastWriteTimeUtc) < old)
            {
                RemoveTemporary(file.FullName);
            }
        }
    }

    private void Step(DirectoryWriteStep step, string temporary) => BeforeStep?.Invoke(step, temporary);
}
