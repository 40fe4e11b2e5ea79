using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http.Features;
using Relay.Logging;

namespace Relay.Peers;

/// <summary>
/// What stands before every address of the internal listener: a request without a valid proof, or with one that was
/// used before, is answered 401. The reason stands in this node's log. Thread-safe.
/// </summary>
internal sealed partial class PeerGate(
    string self, PeerSecret secret, TimeProvider time, ILogger<PeerGate> logger)
{
    /// <summary>At 4 MiB of memory a node can be asked a thousand times a second, all the time.</summary>
    private const int MostUsedProofs = 1 << 16;

    private readonly LogPace refusals = new(time);
    private readonly UsedProofs used = new(MostUsedProofs, time.GetUtcNow());

    /// <summary>Whether the request is from a node of ours; otherwise it is answered.</summary>
    public bool TryAdmit(HttpContext context, [NotNullWhen(true)] out string? proof)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        proof = context.Request.Headers.Authorization;
        var now = time.GetUtcNow();
        var outcome = PeerProof.Check(proof, secret, context.Request.Method, target, self, now,
            out var skew, out var id);
        if (outcome == PeerProofOutcome.Valid && !used.TryUse(id, now))
        {
            outcome = PeerProofOutcome.Used;
        }

        if (outcome == PeerProofOutcome.Valid && proof is not null)
        {
            return true;
        }

        LogRefusal(context, outcome, skew);
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return false;
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
