using Relay.Access;
using Relay.Backplane;
using Relay.Connections;
using Relay.Persistence;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Api;

/// <summary><c>GET /api/documents/{document}</c>: the whole document as one Yjs update (format V1). It holds everything that is logged, and opens no session: without one, snapshots and log are read.</summary>
internal sealed partial class DocumentEndpoint(RequestGate gate, SessionRegistry sessions, DurableStateReader durable, ILogger<DocumentEndpoint> logger)
{
    public const string Path = DocumentRequest.Prefix + "{document}";

    /// <summary>What a document without anything in it says.</summary>
    private static readonly byte[] Empty = [0, 0];

    public async Task GetAsync(HttpContext context)
    {
        if (await DocumentRequest.NameAsync(context) is not { } name || await gate.IdentifyAsync(context, name, AccessLevel.Read) is null)
        {
            return;
        }

        var (state, reason) = await ReadAsync(name, context.RequestAborted);
        if (state is null)
        {
            await DocumentRequest.AnswerAsync(context, reason);
        }
        else if (state.AsSpan().SequenceEqual(Empty))
        {
            await DocumentRequest.AnswerAbsentAsync(context);
        }
        else
        {
            await AnswerAsync(context, state);
        }
    }

    /// <summary>Answers with a document's state.</summary>
    public static async Task AnswerAsync(HttpContext context, ReadOnlyMemory<byte> state)
    {
        context.Response.ContentType = UpdateBody.ContentType;
        context.Response.ContentLength = state.Length;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.Body.WriteAsync(state, context.RequestAborted);
    }

    private async Task<(byte[]? State, CloseReason Reason)> ReadAsync(DocumentName name, CancellationToken cancellation)
    {
        var live = new TaskCompletionSource<(byte[]?, CloseReason)>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (sessions.TryRead(name, (state, reason) => live.TrySetResult((state, reason))))
        {
            return await live.Task.WaitAsync(cancellation);
        }

        try
        {
            var stored = await durable.ReadAsync(name, cancellation);
            return stored.Outcome switch
            {
                DurableOutcome.Read => (stored.Document.EncodeState(), CloseReason.Normal),
                DurableOutcome.Unreadable => (null, CloseReason.DocumentUnreadable),
                _ => (null, CloseReason.DocumentDeleted),
            };
        }
        catch (Exception exception) when (exception is BackplaneUnavailableException or SnapshotStoreUnavailableException)
        {
            LogUnavailable(logger, exception, name);
            return (null, CloseReason.StoreUnavailable);
        }
    }

    [LoggerMessage(LogEvents.ReadFailed, LogLevel.Warning, "{Document} cannot be read now")]
    private static partial void LogUnavailable(ILogger logger, Exception exception, DocumentName document);
}
