using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Relay.Access;
using Relay.Connections;

namespace Relay.Api;

/// <summary>
/// <c>GET /api/documents/{document}/snapshots</c>: what is stored of a document, newest first; <c>GET
/// …/snapshots/{id}</c>: the document as it was then, as one Yjs update (format V1). What was stored before a deletion
/// is not shown.
/// </summary>
internal sealed class SnapshotsEndpoint(
    RequestGate gate, StoredSnapshots snapshots, HeldStates held, LongAnswers answers)
{
    public const string Path = DocumentEndpoint.Path + "/snapshots";
    public const string OnePath = Path + "/{id}";

    public async Task GetAllAsync(HttpContext context)
    {
        if (await DocumentRequest.NameAsync(context, following: 1) is not { } name
            || await gate.IdentifyAsync(context, name, AccessLevel.Read) is null
            || await snapshots.ListAsync(context, name) is not { } listing)
        {
            return;
        }

        var list = new JsonArray([.. listing.Select(JsonNode (snapshot) => new JsonObject
        {
            ["id"] = StoredSnapshots.IdOf(snapshot),
            ["storedAt"] = snapshot.StoredAt.UtcDateTime,
            ["epoch"] = snapshot.Position.Epoch,
            ["offset"] = snapshot.Position.Offset,
            ["bytes"] = snapshot.Bytes,
        })]);
        await JsonAnswer.WriteAsync(context, new JsonObject { ["snapshots"] = list });
    }

    public async Task GetOneAsync(HttpContext context)
    {
        if (await DocumentRequest.NameAsync(context, following: 2) is not { } name
            || await gate.IdentifyAsync(context, name, AccessLevel.Read) is not { } grant)
        {
            return;
        }

        using var answer = answers.Begin(grant.UserId, name, context.Abort);
        if (await snapshots.ReadAsync(context, name) is { } snapshot)
        {
            // A store reads a snapshot into an array of its own.
            var memory = MemoryMarshal.TryGetArray(snapshot.Update, out var segment)
                ? segment.Array! : snapshot.Update.ToArray();
            await held.AnswerAsync(context, memory, snapshot.Update);
        }
    }
}
