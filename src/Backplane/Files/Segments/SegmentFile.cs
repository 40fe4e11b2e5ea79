using Microsoft.Win32.SafeHandles;

namespace Relay.Backplane;

/// <summary>
/// A segment file of the operating system. Exclusiveness is the business of <see cref="DirectoryLock"/>, so that the
/// file itself can be looked at.
/// </summary>
internal sealed class SegmentFile(string path, FileMode mode) : ISegmentFile
{
    private readonly SafeFileHandle handle = File.OpenHandle(path, mode, FileAccess.ReadWrite,
        FileShare.ReadWrite | FileShare.Delete);

    public long Length => RandomAccess.GetLength(handle);

    public int Read(Span<byte> target, long offset)
    {
        var done = 0;
        while (done < target.Length)
        {
            var read = RandomAccess.Read(handle, target[done..], offset + done);
            if (read == 0)
            {
                break;
            }

            done += read;
        }

        return done;
    }

    public void Write(ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(handle, bytes, offset);

    public void Truncate(long length) => RandomAccess.SetLength(handle, length);

    public void Flush() => RandomAccess.FlushToDisk(handle);

    public void Dispose() => handle.Dispose();
}
