using Microsoft.AspNetCore.Http.Features;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Peers;

/// <summary>
/// <c>GET /internal/documents/{document}/state</c>, for other nodes, and <c>…/presence</c> for those who only want to
/// know who is there: 200 with the state, 404 when this node does not hold the document, 503 at once while it is
/// loading it, 401 without a valid proof, which comes before everything else. Answers have no text: the reason stands
/// in this node's log.
/// </summary>
internal sealed class PeerStateEndpoint(
    Func<DocumentName, Action<PeerState?>, bool> share, Func<DocumentName, Action<byte[]?>, bool> showPresence,
        PeerGate gate, PeerSecret secret, PeerOptions options, TimeProvider time)
{
    /// <summary>An update without changes.</summary>
    private static readonly byte[] EmptyUpdate = [0, 0];

    public async Task HandleAsync(HttpContext context)
    {
        if (!gate.TryAdmit(context, out var proof))
        {
            return;
        }

        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (!HttpMethods.IsGet(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }

        var answer = new TaskCompletionSource<PeerState?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var isAsked = PeerPath.TryGetPresenceName(target, out var document)
            ? showPresence(document,
                awareness => answer.TrySetResult(awareness is null ? null : OfPresence(awareness)))
            : PeerPath.TryGetName(target, out document, out _) && share(document, state => answer.TrySetResult(state));
        if (!isAsked)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        using var span = DocumentTraces.Answer("document.share", document, context.Request.Headers.TraceParent);
        var state = await StateAsync(answer.Task, context.RequestAborted);
        if (state is null || !PeerStateWriter.CanWrite(state))
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        context.Response.ContentType = "application/octet-stream";
        context.Response.Headers.CacheControl = "no-store";
        await PeerStateWriter.WriteAsync(context.Response.Body, state, secret, proof, context.RequestAborted);
    }

    /// <summary>The answer to a node that only asks who is there: the state of an empty document.</summary>
    private static PeerState OfPresence(ReadOnlyMemory<byte> awareness) =>
        new(Position.None, Position.None, new HashSet<Position>(), EmptyUpdate, default, awareness);

    /// <summary>
    /// A session that ends before it answers, or whose mailbox is busy for longer than the asker waits, is "not yet".
    /// </summary>
    private async Task<PeerState?> StateAsync(Task<PeerState?> answer, CancellationToken cancellation)
    {
        try
        {
            return await answer.WaitAsync(options.Deadline, time, cancellation);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }
}
