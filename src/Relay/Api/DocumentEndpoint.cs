using Microsoft.AspNetCore.Http.Features;
using Relay.Access;
using Relay.Backplane;
using Relay.Connections;
using Relay.Connections.WebSockets;
using Relay.Persistence;
using Relay.Protocols;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Api;

/// <summary><c>GET /api/documents/{document}</c>: the whole document as one Yjs update (format V1). It holds everything that is logged, and opens no session: without one, snapshots and log are read.</summary>
internal sealed partial class DocumentEndpoint(RequestGate gate, SessionRegistry sessions, DurableStateReader durable, ILogger<DocumentEndpoint> logger)
{
    public const string Prefix = "/api/documents/";

    public async Task GetAsync(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (!EncodedPath.TryGetName(target, Prefix, slashes: false, out var name, out var error))
        {
            await WebSocketHandshake.RefuseAsync(context, StatusCodes.Status400BadRequest, error);
            return;
        }

        if (await gate.IdentifyAsync(context, name, AccessLevel.Read) is null)
        {
            return;
        }

        var (state, reason) = await ReadAsync(name, context.RequestAborted);
        if (state is not null)
        {
            context.Response.ContentType = "application/octet-stream";
            context.Response.ContentLength = state.Length;
            context.Response.Headers.CacheControl = "no-store";
            await context.Response.Body.WriteAsync(state, context.RequestAborted);
            return;
        }

        var status = reason == CloseReason.DocumentDeleted ? StatusCodes.Status404NotFound
            : reason == CloseReason.DocumentUnreadable ? StatusCodes.Status500InternalServerError
            : StatusCodes.Status503ServiceUnavailable;
        await WebSocketHandshake.RefuseAsync(context, status, status == StatusCodes.Status404NotFound ? "There is no such document." : reason.Text);
    }

    private async Task<(byte[]? State, CloseReason Reason)> ReadAsync(DocumentName name, CancellationToken cancellation)
    {
        var live = new TaskCompletionSource<(byte[]?, CloseReason)>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (sessions.TryRead(name, (state, reason) => live.TrySetResult((state, reason))))
        {
            var (state, reason) = await live.Task.WaitAsync(cancellation);
            return state is [0, 0] ? (null, CloseReason.DocumentDeleted) : (state, reason);
        }

        try
        {
            var stored = await durable.ReadAsync(name, cancellation);
            return stored.Outcome switch
            {
                DurableOutcome.Read when !stored.Document.IsEmpty => (stored.Document.EncodeState(), CloseReason.Normal),
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
