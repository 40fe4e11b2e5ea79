namespace Relay.Backplane;

/// <summary>An append that waits for its answer. Its task is canceled when the caller gives up.</summary>
/// <param name="names">The document's keys.</param>
/// <param name="epoch">The epoch that the caller means.</param>
/// <param name="entry">The entry.</param>
/// <param name="replaced">
/// The end of the log that the entry is to replace, <see cref="Yjs.Position.None"/> for any; null if it is appended.
/// </param>
internal sealed class PendingAppend(
    RedisKeys.DocumentKeys names, long epoch, LogEntry entry, Yjs.Position? replaced)
    : TaskCompletionSource<AppendResult>, IThreadPoolWorkItem
{
    private CancellationTokenRegistration registration;
    private AppendResult result;
    private Exception? failure;

    public RedisKeys.DocumentKeys Names => names;

    public long Epoch => epoch;

    public LogEntry Entry => entry;

    public Yjs.Position? Replaced => replaced;

    /// <summary>Whether the caller is a socket loop, and may go on on one therefore.</summary>
    public bool IsOfLoop { get; set; }

    /// <summary>The entry's bytes in the log.</summary>
    public byte[] Bytes { get; } = RedisEntry.Encode(entry);

    /// <summary>The caller gives up when the token says so. What is sent already may be stored all the same.</summary>
    public void GiveUpOn(CancellationToken cancellation) =>
        registration = cancellation.UnsafeRegister(
            static (append, token) => ((PendingAppend)append!).TrySetCanceled(token), this);

    /// <summary>Takes down how it ended; the caller is told by <see cref="Execute"/>.</summary>
    public void End(AppendResult answer) => result = answer;

    /// <summary>The same for an append that failed.</summary>
    public void Fail(Exception exception) => failure = exception;

    /// <summary>Tells the caller, which goes on on this thread.</summary>
    public void Execute()
    {
        registration.Unregister();
        if (failure is null)
        {
            TrySetResult(result);
        }
        else
        {
            TrySetException(failure);
        }
    }
}
