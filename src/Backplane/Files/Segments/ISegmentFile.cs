namespace Relay.Backplane;

/// <summary>
/// One open segment file. Calls block; reads may run beside everything else, writes come from one thread at a time.
/// Failures throw <see cref="IOException"/>.
/// </summary>
internal interface ISegmentFile : IDisposable
{
    /// <summary>The file's length in bytes.</summary>
    long Length { get; }

    /// <summary>
    /// Fills <paramref name="target"/> from <paramref name="offset"/> as far as the file goes; answers how many bytes
    /// that were.
    /// </summary>
    int Read(Span<byte> target, long offset);

    /// <summary>Writes all bytes, or throws after any part of them.</summary>
    void Write(ReadOnlySpan<byte> bytes, long offset);

    void Truncate(long length);

    /// <summary>Returns when the disk has what was written.</summary>
    void Flush();
}
