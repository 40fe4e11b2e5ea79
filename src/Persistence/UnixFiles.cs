using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Relay.Persistence;

/// <summary>
/// The two things that the framework cannot do with files: flush a directory, and give a file a second name only if
/// that name is free.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal static partial class UnixFiles
{
    private const int Eperm = 1;
    private const int Eintr = 4;
    private const int Eexist = 17;
    private const int Einval = 22;
    private const int Emlink = 31;

    // These have other numbers on Linux than on macOS and the BSDs.
    private static readonly int Enosys = OperatingSystem.IsLinux() ? 38 : 78;
    private static readonly int Eopnotsupp = OperatingSystem.IsLinux() ? 95 : 102;
    private static readonly int Enotsup = OperatingSystem.IsLinux() ? 95 : 45;

    /// <summary>What came of <see cref="Link"/>.</summary>
    internal enum LinkOutcome
    {
        Linked,
        Exists,

        /// <summary>The file system has no hard links (FAT, some network shares).</summary>
        Unsupported,
    }

    /// <summary>
    /// Brings the entries of a directory to the disk (fsync). <c>File.OpenHandle</c> refuses directories.
    /// </summary>
    /// <exception cref="IOException">The directory cannot be opened or flushed.</exception>
    internal static void FlushDirectory(string path)
    {
        int descriptor;
        do
        {
            descriptor = Open(path, 0 /* O_RDONLY everywhere */);
        }
        while (descriptor < 0 && Marshal.GetLastPInvokeError() == Eintr);

        if (descriptor < 0)
        {
            throw Failure("open", path, Marshal.GetLastPInvokeError());
        }

        try
        {
            while (Fsync(descriptor) != 0)
            {
                var error = Marshal.GetLastPInvokeError();
                if (error == Einval || error == Enotsup || error == Eopnotsupp)
                {
                    // Some network file systems know no flush of a directory: they make its changes durable by
                    // themselves, or cannot at all.
                    return;
                }

                if (error != Eintr)
                {
                    throw Failure("flush", path, error);
                }
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>Gives a file a second name in one step, unless that name is taken.</summary>
    /// <remarks>
    /// <c>rename</c> would replace what is there; <c>File.Move</c> without overwriting copies where it cannot link, and
    /// a process killed while it copies leaves half a file.
    /// </remarks>
    /// <exception cref="IOException">The file cannot be linked.</exception>
    internal static LinkOutcome Link(string existing, string name)
    {
        if (LinkCall(existing, name) == 0)
        {
            return LinkOutcome.Linked;
        }

        var error = Marshal.GetLastPInvokeError();
        return error switch
        {
            Eexist => LinkOutcome.Exists,
            Eperm or Emlink => LinkOutcome.Unsupported,
            _ when error == Enosys || error == Eopnotsupp || error == Enotsup => LinkOutcome.Unsupported,
            _ => throw Failure("link", name, error),
        };
    }

    private static IOException Failure(string what, string path, int error) =>
        new($"Cannot {what} '{path}': {Marshal.GetPInvokeErrorMessage(error)}.", error);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LinkCall(string existing, string name);
}
