using System.Runtime.InteropServices;

namespace Relay.Persistence.Metadata.Sqlite;

/// <summary>
/// Runs calls that take milliseconds of a processor, or wait for a disk, on threads of their own. The thread pool has
/// one thread on a machine with one processor, and timers and documents would wait for it.
/// </summary>
internal static partial class BackgroundThread
{
    private const int OfThisThread = 0;
    private const int Nice = 10;

    /// <summary>Runs a call. On Linux its thread gives way to all others of the process.</summary>
    public static Task<T> RunAsync<T>(Func<T> call) => Task.Factory.StartNew(
        () =>
        {
            if (OperatingSystem.IsLinux())
            {
                // There it is about one thread. The call runs as well where the system refuses.
                _ = setpriority(OfThisThread, 0, Nice);
            }

            return call();
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
        TaskScheduler.Default);

    [LibraryImport("libc")]
    private static partial int setpriority(int which, int who, int priority);
}
