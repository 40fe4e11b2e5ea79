using System.Collections.Concurrent;

namespace Relay.Backplane.Support;

/// <summary>
/// Opens real segment files whose calls can be made to fail or to wait, as a full or a broken disk does.
/// </summary>
internal sealed class FaultyDisk
{
    /// <summary>How many more bytes fit; a write that exceeds them writes what fits and fails.</summary>
    public long Room { get; set; } = long.MaxValue;

    public bool TruncateFails { get; set; }

    public bool FlushFails { get; set; }

    public bool ReadFails { get; set; }

    public bool OpenFails { get; set; }

    /// <summary>Runs before each write, on the writer's thread.</summary>
    public Action? BeforeWrite { get; set; }

    /// <summary>The lengths of all writes, in order.</summary>
    public ConcurrentQueue<int> Writes { get; } = new();

    public int Flushes { get; private set; }

    public ISegmentFile Open(string path, FileMode mode) =>
        OpenFails && mode != FileMode.Open
            ? throw new IOException("No space left on device (open).")
            : new FaultyFile(this, new SegmentFile(path, mode));

    private sealed class FaultyFile(FaultyDisk disk, SegmentFile file) : ISegmentFile
    {
        public long Length => file.Length;

        public int Read(Span<byte> target, long offset) =>
            disk.ReadFails ? throw new IOException("Input/output error (read).") : file.Read(target, offset);

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            disk.BeforeWrite?.Invoke();
            if (bytes.Length > disk.Room)
            {
                file.Write(bytes[..(int)disk.Room], offset);
                throw new IOException("No space left on device (write).");
            }

            disk.Room -= bytes.Length;
            file.Write(bytes, offset);
            disk.Writes.Enqueue(bytes.Length);
        }

        public void Truncate(long length)
        {
            if (disk.TruncateFails)
            {
                throw new IOException("Input/output error (truncate).");
            }

            file.Truncate(length);
        }

        public void Flush()
        {
            disk.Flushes++;
            if (disk.FlushFails)
            {
                throw new IOException("Input/output error (flush).");
            }

            file.Flush();
        }

        public void Dispose() => file.Dispose();
    }
}
