namespace Relay.Persistence.Metadata.Postgres;

/// <summary>
/// When a call into the driver ends at the latest. What the driver does when it is told of that may fail: Npgsql takes
/// a lock against a connection that breaks at the same moment, but none against one that is closed then. On the thread
/// of a timer such an exception would end the process, in a caller's <c>Cancel</c> it would go to the
/// wrong one; here it is dropped, and the call ends by its own limits.
/// </summary>
internal sealed class CallDeadline : IDisposable
{
    private readonly CancellationTokenSource end;
    private readonly CancellationTokenSource told = new();
    private readonly CancellationTokenRegistration telling;

    public CallDeadline(TimeSpan timeout, CancellationToken cancellation)
    {
        end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        end.CancelAfter(timeout);
        telling = end.Token.UnsafeRegister(static state => Tell((CancellationTokenSource)state!), told);
    }

    public CancellationToken Token => told.Token;

    public void Dispose()
    {
        // The other source is not disposed of: it may be telling just now.
        telling.Unregister();
        end.Dispose();
    }

    private static void Tell(CancellationTokenSource told)
    {
        try
        {
            told.Cancel();
        }
        catch (AggregateException)
        {
            // The driver's.
        }
    }
}
