namespace Relay.Backplane.Support;

/// <summary>A segment file in memory, which counts what was done with it.</summary>
internal sealed class MemoryFile : ISegmentFile
{
    private byte[] bytes = [];

    public long Length => bytes.Length;

    public List<(int Length, long Offset)> Writes { get; } = [];

    public int Flushes { get; private set; }

    /// <summary>What flushes throw; null if they succeed.</summary>
    public Exception? Broken { get; set; }

    public bool IsDisposed { get; private set; }

    public int Read(Span<byte> target, long offset)
    {
        var found = bytes.AsSpan((int)Math.Min(offset, bytes.Length));
        found = found[..Math.Min(found.Length, target.Length)];
        found.CopyTo(target);
        return found.Length;
    }

    public void Write(ReadOnlySpan<byte> written, long offset)
    {
        Writes.Add((written.Length, offset));
        Array.Resize(ref bytes, (int)Math.Max(bytes.Length, offset + written.Length));
        written.CopyTo(bytes.AsSpan((int)offset));
    }

    public void Truncate(long length) => Array.Resize(ref bytes, (int)length);

    public void Flush() => Flushes += Broken is null ? 1 : throw Broken;

    public void Dispose() => IsDisposed = true;
}
