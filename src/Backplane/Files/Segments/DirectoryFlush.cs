using System.Runtime.InteropServices;

namespace Relay.Backplane;

/// <summary>
/// Makes created files survive a power cut: on Unix a file's name is on the disk only when its directory was flushed,
/// which .NET has no call for.
/// </summary>
internal static class DirectoryFlush
{
    private const int Eintr = 4;
    private const int Einval = 22;

    // These have other numbers on Linux than on macOS and the BSDs.
    private static readonly int Enotsup = OperatingSystem.IsLinux() ? 95 : 45;
    private static readonly int Eopnotsupp = OperatingSystem.IsLinux() ? 95 : 102;

    /// <exception cref="IOException">The directory could not be flushed.</exception>
    public static void Flush(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return; // The file system's journal covers names, and directories cannot be opened.
        }

        int descriptor;
        int error;
        do
        {
            descriptor = Open(directory, 0);
            error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
        while (error == Eintr);

        if (error != 0)
        {
            throw new IOException($"The directory {directory} cannot be opened (errno {error}).");
        }

        do
        {
            error = Fsync(descriptor) != 0 ? Marshal.GetLastPInvokeError() : 0;
        }
        while (error == Eintr);

        _ = Close(descriptor);

        // Some network file systems know no flush of a directory: they make its changes durable by themselves, or
        // cannot at all.
        if (error != 0 && error != Einval && error != Enotsup && error != Eopnotsupp)
        {
            throw new IOException($"The directory {directory} cannot be flushed to the disk (errno {error}).");
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Fsync(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int descriptor);
}
