using System.Net;
using System.Text.Json;
using Relay.Access;
using Relay.DocLocator;
using Relay.Reports;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Api;

/// <summary><c>GET /api/documents/{document}/presence</c>: who is there and what they say about themselves, by this node or another one that has the document open. For administrators. Opens nothing.</summary>
internal sealed class PresenceEndpoint(RequestGate gate, SessionRegistry sessions, IPeerPresence peers, ClusterReporter reporter, NodeIdentity node, TimeProvider time)
{
    public const string Path = DocumentEndpoint.Path + "/presence";

    /// <summary>A session whose mailbox is busy for longer says nothing.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task GetAsync(HttpContext context)
    {
        if (await DocumentRequest.NameAsync(context, following: 1) is not { } name || await gate.IdentifyAdminAsync(context) is null)
        {
            return;
        }

        ReadOnlyMemory<byte>? awareness = await HereAsync(name, context.RequestAborted) is { } here ? here : await ElsewhereAsync(name, context.RequestAborted);
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        Write(json, awareness is { } known && AwarenessUpdate.TryDecode(known, int.MaxValue, out var entries, out _) ? entries : []);
        await json.FlushAsync(context.RequestAborted);
    }

    private static void Write(Utf8JsonWriter json, IReadOnlyList<AwarenessEntry> entries)
    {
        json.WriteStartObject();
        json.WriteStartArray("clients");
        foreach (var entry in entries)
        {
            json.WriteStartObject();
            json.WriteNumber("clientId", entry.ClientId);
            json.WriteNumber("clock", entry.Clock);
            json.WritePropertyName("state");

            // Checked when it was read, and possibly deeper than the writer looks.
            json.WriteRawValue(entry.State.Span, skipInputValidation: true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private async Task<byte[]?> HereAsync(DocumentName name, CancellationToken cancellation)
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

    /// <summary>Asks the nodes that name the document among their busiest, and if none does, all of them.</summary>
    private async Task<ReadOnlyMemory<byte>?> ElsewhereAsync(DocumentName name, CancellationToken cancellation)
    {
        NodeReport[] others = [.. (await reporter.ReadAsync(cancellation)).Nodes.Where(other => other.Incarnation != node.Incarnation && IPEndPoint.TryParse(other.Address, out _))];
        var holders = Array.FindAll(others, other => other.BusiestRooms.Any(room => room.Name == name.Value));
        return await peers.AskPresenceAsync(name, [.. (holders.Length > 0 ? holders : others).Select(other => other.Address)], cancellation);
    }
}
