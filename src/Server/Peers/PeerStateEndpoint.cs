using Microsoft.AspNetCore.Http.Features;
using Relay.Logging;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Peers;

/// <summary>
/// <c>GET /internal/documents/{document}/state</c>, for other nodes, and <c>…/presence</c> for those who only want to
/// know who is there: 200 with the state, 404 when this node does not hold the document, 503 at once while it is
/// loading it, 401 without a valid proof, which comes before everything else. Answers have no text: the reason stands
/// in this node's log.
/// </summary>
internal sealed partial class PeerStateEndpoint(
    Func<DocumentName, Action<PeerState?>, bool> share, Func<DocumentName, Action<byte[]?>, bool> showPresence,
        string self, PeerSecret secret, PeerOptions options, TimeProvider time, ILogger<PeerStateEndpoint> logger)
{
    /// <summary>At 4 MiB of memory a node can be asked a thousand times a second, all the time.</summary>
    private const int MostUsedProofs = 1 << 16;

    /// <summary>An update without changes.</summary>
    private static readonly byte[] EmptyUpdate = [0, 0];

    private readonly LogPace refusals = new(time);
    private readonly UsedProofs used = new(MostUsedProofs, time.GetUtcNow());

    public async Task HandleAsync(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        string? proof = context.Request.Headers.Authorization;
        var now = time.GetUtcNow();
        var outcome = PeerProof.Check(proof, secret, context.Request.Method, target, self, now,
            out var skew, out var id);
        if (outcome == PeerProofOutcome.Valid && !used.TryUse(id, now))
        {
            outcome = PeerProofOutcome.Used;
        }

        if (outcome != PeerProofOutcome.Valid)
        {
            LogRefusal(context, outcome, skew);
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

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
        await PeerStateWriter.WriteAsync(context.Response.Body, state, secret, proof!, context.RequestAborted);
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

    private void LogRefusal(HttpContext context, PeerProofOutcome outcome, TimeSpan skew)
    {
        if (!refusals.MaySpeak())
        {
            return;
        }

        var remote = context.Connection.RemoteIpAddress?.ToString() ?? "?";
        switch (outcome)
        {
            case PeerProofOutcome.Untimely:
                LogUntimely(logger, remote, Math.Round(skew.TotalSeconds, 1), PeerProof.MaxSkew.TotalSeconds);
                break;
            case PeerProofOutcome.Wrong:
                LogWrong(logger, remote, self);
                break;
            case PeerProofOutcome.Used:
                LogUsed(logger, remote);
                break;
            default:
                LogMissing(logger, remote);
                break;
        }
    }

    [LoggerMessage(LogEvents.PeerProofUntimely, LogLevel.Warning,
        "Refused a request from {Remote} to the internal listener: its proof is {Seconds} s ahead of this node's "
            + "clock, and {Allowed} s either way are allowed. Are both clocks synchronised?")]
    private static partial void LogUntimely(ILogger logger, string remote, double seconds, double allowed);

    [LoggerMessage(LogEvents.PeerProofWrong, LogLevel.Warning,
        "Refused a request from {Remote} to the internal listener: its proof was made with another "
            + "Relay:Internal:Secret, or not for this node's address {Address}")]
    private static partial void LogWrong(ILogger logger, string remote, string address);

    [LoggerMessage(
        LogEvents.PeerProofUsed,
        LogLevel.Warning,
        "Refused a request from {Remote} to the internal listener: its proof was used before, or is older than this "
            + "node's start. Does something repeat what nodes say, or do the clocks differ?")]
    private static partial void LogUsed(ILogger logger, string remote);

    [LoggerMessage(LogEvents.PeerProofMissing, LogLevel.Warning,
        "Refused a request from {Remote} to the internal listener: it has no proof that a node of ours sent it")]
    private static partial void LogMissing(ILogger logger, string remote);
}
