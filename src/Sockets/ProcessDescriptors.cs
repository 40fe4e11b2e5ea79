using System.Runtime.InteropServices;

namespace Relay.Sockets;

/// <summary>
/// What the system says about the descriptors of this process. On systems other than Linux: nothing, so no limit is
/// seen.
/// </summary>
internal static partial class ProcessDescriptors
{
    private const int OpenFiles = 7;

    /// <summary>The limit that the runtime has set at its start: the highest that the process may set.</summary>
    public static unsafe long Limit
    {
        get
        {
            var limits = stackalloc ulong[2];
            var isKnown = OperatingSystem.IsLinux() && SocketLoop.IsSupported && getrlimit(OpenFiles, limits) == 0;
            return isKnown && limits[0] < int.MaxValue ? (long)limits[0] : long.MaxValue;
        }
    }

    /// <summary>The number that the next descriptor gets; null when the process has as many as it may have.</summary>
    public static long? LowestFree()
    {
        try
        {
            using var probe = File.OpenHandle("/dev/null");
            return probe.DangerousGetHandle();
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>How many descriptors are open; one of them is the one that looks.</summary>
    public static long CountOpen() => Directory.EnumerateFileSystemEntries("/proc/self/fd").LongCount();

    // struct rlimit: the soft and the hard limit, 64 bits each on the processors that SocketLoop supports.
    [LibraryImport("libc")]
    private static unsafe partial int getrlimit(int resource, ulong* limits);
}
