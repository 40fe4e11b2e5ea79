using System.Globalization;
using System.Text.Json.Nodes;
using Relay.Access;
using Relay.Connections;
using Relay.Persistence;
using Relay.Problems;
using Relay.Yjs;

namespace Relay.Api;

/// <summary>
/// <c>GET /api/documents/{document}/snapshots</c>: what is stored of a document, newest first; <c>GET …/snapshots/{id}</c>: the document as it was then, as one Yjs update (format V1). What was stored before a deletion is not shown.
/// </summary>
internal sealed partial class SnapshotsEndpoint(RequestGate gate, ISnapshotStore snapshots, ILogger<SnapshotsEndpoint> logger)
{
    public const string Path = DocumentEndpoint.Path + "/snapshots";
    public const string OnePath = Path + "/{id}";

    public async Task GetAllAsync(HttpContext context)
    {
        if (await DocumentRequest.NameAsync(context, following: 1) is not { } name
            || await gate.IdentifyAsync(context, name, AccessLevel.Read) is null
            || await ListAsync(context, name) is not { } listing)
        {
            return;
        }

        var list = new JsonArray([.. listing.Select(JsonNode (snapshot) => new JsonObject
        {
            ["id"] = IdOf(snapshot),
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
            || await gate.IdentifyAsync(context, name, AccessLevel.Read) is null
            || await ListAsync(context, name) is not { } listing)
        {
            return;
        }

        var id = (string)context.GetRouteValue("id")!;
        var result = listing.FirstOrDefault(snapshot => IdOf(snapshot) == id) is { Position.IsNone: false } found
            ? await ReadAsync(name, found, context.RequestAborted)
            : new SnapshotReadResult(SnapshotReadOutcome.Gone);
        switch (result?.Outcome)
        {
            case SnapshotReadOutcome.Read:
                await DocumentEndpoint.AnswerAsync(context, result.Snapshot!.Update);
                break;
            case SnapshotReadOutcome.Gone:
                await Problem.AnswerAsync(context, StatusCodes.Status404NotFound, "There is no such snapshot (any more).", ProblemKind.NoDocument);
                break;
            case SnapshotReadOutcome.Unreadable:
                await Problem.AnswerAsync(context, StatusCodes.Status500InternalServerError, "The snapshot does not read; it is kept.", ProblemKind.DocumentUnreadable);
                break;
            default:
                await DocumentRequest.AnswerAsync(context, CloseReason.StoreUnavailable);
                break;
        }
    }

    private static string IdOf(SnapshotInfo snapshot) =>
        string.Create(CultureInfo.InvariantCulture, $"{snapshot.Position.Epoch}-{snapshot.Position.Offset}-{snapshot.Position.Id}");

    /// <summary>The snapshots since the last deletion; nothing when that is answered.</summary>
    private async ValueTask<IReadOnlyList<SnapshotInfo>?> ListAsync(HttpContext context, DocumentName name)
    {
        try
        {
            var listing = await snapshots.ListAsync(name, context.RequestAborted);
            if (listing.Count == 0 || !listing[0].IsTombstoneOf(name))
            {
                return [.. listing.TakeWhile(snapshot => !snapshot.IsTombstoneOf(name))];
            }

            await DocumentRequest.AnswerAsync(context, CloseReason.DocumentDeleted);
        }
        catch (SnapshotStoreUnavailableException exception)
        {
            LogUnavailable(logger, exception, name);
            await DocumentRequest.AnswerAsync(context, CloseReason.StoreUnavailable);
        }

        return null;
    }

    private async ValueTask<SnapshotReadResult?> ReadAsync(DocumentName name, SnapshotInfo snapshot, CancellationToken cancellation)
    {
        try
        {
            return await snapshots.ReadAsync(name, snapshot, cancellation);
        }
        catch (SnapshotStoreUnavailableException exception)
        {
            LogUnavailable(logger, exception, name);
            return null;
        }
    }

    [LoggerMessage(LogEvents.SnapshotsUnavailable, LogLevel.Warning, "The snapshots of {Document} cannot be read now")]
    private static partial void LogUnavailable(ILogger logger, Exception exception, DocumentName document);
}
