using System.Runtime.InteropServices;

namespace Relay.Backplane;

/// <summary>Makes created files survive a power cut: on Unix a file's name is on the disk only when its directory was flushed, which .NET has no call for.</summary>
internal static class DirectoryFlush
{
    /// <exception cref="IOException">The directory could not be flushed.</exception>
    public static void Flush(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return; // The file system's journal covers names, and directories cannot be opened.
        }

        var descriptor = Open(directory, 0);
        if (descriptor < 0)
        {
            throw new IOException($"The directory {directory} cannot be opened (errno {Marshal.GetLastPInvokeError()}).");
        }

        var failed = Fsync(descriptor) != 0 ? Marshal.GetLastPInvokeError() : 0;
        _ = Close(descriptor);
        if (failed != 0)
        {
            throw new IOException($"The directory {directory} cannot be flushed to the disk (errno {failed}).");
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Fsync(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int descriptor);
}
