using System.Net;
using Microsoft.AspNetCore.Http.HttpResults;
using Relay.Api.Answers;
using Relay.Api.Filters;
using Relay.DocLocator;
using Relay.Peers;
using Relay.Reports;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Api;

/// <summary>
/// <c>GET /api/documents/{document}/presence</c>: who is there and what they say about themselves, by all nodes that
/// have the document open. This node's own session may not have heard of what others have; the node of a client has
/// what that client said. For administrators. Opens no document.
/// </summary>
internal sealed class PresenceEndpoint(
    SessionRegistry sessions,
    IPeerPresence peers,
    ClusterReporter reporter,
    NodeIdentity node,
    TimeProvider time)
{
    /// <summary>A session whose mailbox is busy for longer is left out.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Another node that is silent for longer is left out: it may have just died.</summary>
    private static readonly TimeSpan PatienceWithOthers = TimeSpan.FromSeconds(1);

    public async Task<JsonHttpResult<PresentClients>> GetAsync(HttpContext context, CancellationToken cancellation)
    {
        var name = ApiCall.Of(context).Document;
        var elsewhere = ElsewhereAsync(name, cancellation);
        var merged = new MergedPresence();
        merged.Add(await HereAsync(name, cancellation));
        foreach (var answer in await elsewhere)
        {
            merged.Add(answer);
        }

        return JsonAnswer.Of(context, new PresentClients([.. merged.Present.Select(entry =>
            new PresentClient(entry.ClientId, entry.Clock, new RawJson(entry.State)))]));
    }

    private async Task<ReadOnlyMemory<byte>?> HereAsync(DocumentName name, CancellationToken cancellation)
    {
        var answer = new TaskCompletionSource<byte[]?>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!sessions.TryShowPresence(name, answer.SetResult))
        {
            return null;
        }

        try
        {
            return await answer.Task.WaitAsync(Patience, time, cancellation);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    /// <summary>Asks all other nodes: only they know for certain whether they have the document open.</summary>
    private async Task<ReadOnlyMemory<byte>?[]> ElsewhereAsync(DocumentName name, CancellationToken cancellation)
    {
        var others = (await reporter.ReadAsync(cancellation)).Nodes
            .Where(other => other.Incarnation != node.Incarnation && IPEndPoint.TryParse(other.Address, out _));
        return await Task.WhenAll(others.Select(other => AskAsync(name, other.Address, cancellation)));
    }

    private async Task<ReadOnlyMemory<byte>?> AskAsync(
        DocumentName name, string address, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(PatienceWithOthers, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        try
        {
            return await peers.AskPresenceAsync(name, [address], either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }
}
