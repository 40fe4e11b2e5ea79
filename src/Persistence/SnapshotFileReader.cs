using Relay.Yjs;

namespace Relay.Persistence;

/// <summary>Reads one snapshot's file.</summary>
internal static class SnapshotFileReader
{
    public static async ValueTask<SnapshotReadResult> ReadAsync(string path, DocumentName document,
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
    public static async ValueTask<int> FillAsync(Microsoft.Win32.SafeHandles.SafeFileHandle file, Memory<byte> buffer,
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
}
