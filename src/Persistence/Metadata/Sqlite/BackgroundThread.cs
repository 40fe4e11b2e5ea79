namespace Relay.Persistence.Metadata.Sqlite;

/// <summary>
/// Runs calls that take milliseconds of a processor, or wait for a disk, on threads of their own. The thread pool has
/// one thread on a machine with one processor, and timers and documents would wait for it.
/// </summary>
/// <remarks>
/// The threads have the priority of all others: a collection of the heap waits for each thread that runs, so one that
/// gives way to others would keep them waiting.
/// </remarks>
internal static class BackgroundThread
{
    public static Task<T> RunAsync<T>(Func<T> call) => Task.Factory.StartNew(
        call,
        CancellationToken.None,
        TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
        TaskScheduler.Default);
}
