using Relay.Backplane;
using Relay.Logging;
using Relay.Persistence;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Api;

/// <summary>
/// Whole documents with everything that the log held when they were asked for: from the session if there is one, which
/// looks at the log first, otherwise from snapshots and log without opening one.
/// </summary>
internal sealed partial class DocumentStates(
    SessionRegistry sessions, SharedReads reads, TimeProvider time, ILogger<DocumentStates> logger)
{
    /// <summary>How long a request waits for a session to be as far as the log.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>What a document without anything in it says.</summary>
    private static readonly byte[] Empty = [0, 0];

    /// <summary>Whether a state is empty, as that of a document that was never there.</summary>
    public static bool IsEmpty(ReadOnlySpan<byte> state) => state.SequenceEqual(Empty);

    /// <summary>
    /// The document as one Yjs update (format V1), in an array, or no bytes and the reason of a refusal.
    /// </summary>
    public async Task<(ReadOnlyMemory<byte> State, RefusalReason Reason)> ReadAsync(
        DocumentName name, CancellationToken cancellation)
    {
        var live = new TaskCompletionSource<(byte[]?, RefusalReason)>(
            TaskCreationOptions.RunContinuationsAsynchronously);
        if (sessions.TryRead(name, (state, reason) => live.TrySetResult((state, reason))))
        {
            var (state, reason) = await LiveAsync(name, live.Task, cancellation);
            return (state, reason);
        }

        try
        {
            return await reads.ReadAsync(name, cancellation) switch
            {
                null => (default, RefusalReason.NodeIsFull),
                (DurableOutcome.Read, var state) => (state, RefusalReason.None),
                (DurableOutcome.Unreadable, _) => (default, RefusalReason.DocumentUnreadable),
                _ => (default, RefusalReason.DocumentDeleted),
            };
        }
        catch (Exception exception) when (
            exception is BackplaneUnavailableException or SnapshotStoreUnavailableException
            || (exception is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            LogUnavailable(logger, exception, name);
            return (default, RefusalReason.StoreUnavailable);
        }
    }

    private async Task<(byte[]? State, RefusalReason Reason)> LiveAsync(
        DocumentName name, Task<(byte[]? State, RefusalReason Reason)> live, CancellationToken cancellation)
    {
        try
        {
            return await live.WaitAsync(Patience, time, cancellation);
        }
        catch (TimeoutException exception)
        {
            LogUnavailable(logger, exception, name);
            return (null, RefusalReason.StoreUnavailable);
        }
    }

    [LoggerMessage(LogEvents.ReadFailed, LogLevel.Warning, "{Document} cannot be read now")]
    private static partial void LogUnavailable(ILogger logger, Exception exception, DocumentName document);
}
