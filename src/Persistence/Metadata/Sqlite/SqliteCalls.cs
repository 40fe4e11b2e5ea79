using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Relay.Persistence.Metadata.Sqlite;

/// <summary>
/// Calls into the file. SQLite has no asynchronous calls: each one takes a thread of its own, a bounded number at once,
/// and has a deadline that holds whatever the disk does. Thread-safe.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="timeout">How long one call may take, the wait for others before it included.</param>
/// <param name="atOnce">The most calls at once.</param>
internal sealed class SqliteCalls(string path, TimeSpan timeout, int atOnce)
{
    /// <summary>Steps of SQLite's machine between two looks at the deadline: less than a millisecond.</summary>
    private const int StepsBetweenLooks = 10_000;

    private readonly SemaphoreSlim free = new(atOnce);

    /// <summary>
    /// Makes a call. One that does not end by its deadline keeps its place, so that no second one hangs behind it.
    /// </summary>
    /// <exception cref="RoomMetadataUnavailableException">The file cannot be used now.</exception>
    /// <exception cref="RoomMetadataUnusableException">It is damaged.</exception>
    /// <exception cref="RoomMetadataRefusedException">It does not take these rows.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, T> call, CancellationToken cancellation)
    {
        var running = StartAsync();
        try
        {
            return await running.WaitAsync(timeout + TimeSpan.FromSeconds(1), TimeProvider.System, cancellation);
        }
        catch (Exception exception) when (SqliteFailure.Translate(exception, path) is not null)
        {
            cancellation.ThrowIfCancellationRequested();
            throw SqliteFailure.Translate(exception, path)!;
        }
        finally
        {
            _ = running.ContinueWith(static late => late.Exception, TaskScheduler.Default);
        }

        async Task<T> StartAsync()
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            deadline.CancelAfter(timeout);
            await free.WaitAsync(deadline.Token);
            try
            {
                return await BackgroundThread.RunAsync(() => call(deadline.Token));
            }
            finally
            {
                free.Release();
            }
        }
    }

    /// <summary>Opens the file, on the thread of a call.</summary>
    public SqliteConnection Open(SqliteOpenMode mode)
    {
        var text = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = mode,

            // A pool would keep the file open, and its end is what empties the write-ahead log.
            Pooling = false,

            // In whole seconds, and 0 would be without end: how long a lock is waited for.
            DefaultTimeout = (int)Math.Ceiling(timeout.TotalSeconds),
        };
        var connection = new SqliteConnection(text.ConnectionString);
        try
        {
            connection.Open();
        }
        catch
        {
            connection.Dispose();
            throw;
        }

        return connection;
    }

    /// <summary>The connection's statements end when the token is cancelled.</summary>
    public static void Limit(SqliteConnection connection, CancellationToken cancellation) =>
        raw.sqlite3_progress_handler(
            connection.Handle, StepsBetweenLooks, _ => cancellation.IsCancellationRequested ? 1 : 0, null);
}
