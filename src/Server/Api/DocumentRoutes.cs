using Relay.Access;
using Relay.Api.Answers;
using Relay.Api.Filters;

namespace Relay.Api;

/// <summary>The addresses under <c>/api/documents/{document}</c>.</summary>
/// <remarks>
/// Patterns are literals at the calls that map them, for the request delegate generator: what it passes over is
/// compiled when the first request comes.
/// </remarks>
internal static class DocumentRoutes
{
    public static void MapDocuments(this IEndpointRouteBuilder routes, IServiceProvider services)
    {
        var gate = services.GetRequiredService<RequestGate>();
        var documents = routes.MapGroup("/api/documents/{document}").About("/api/documents/");
        documents.MapGroup("").WithTags("documents").For(ApiAccess.Readers, gate).MapReading(services);
        documents.MapGroup("").WithTags("documents").For(ApiAccess.Writers, gate).MapWriting(services);
        documents.MapGroup("").WithTags("documents").For(ApiAccess.Administrators, gate).MapLife(services);
        documents.MapGroup("").WithTags("operation").For(ApiAccess.Administrators, gate).MapOperation(services);
    }

    private static void MapReading(this RouteGroupBuilder documents, IServiceProvider services)
    {
        var document = services.GetRequiredService<DocumentEndpoint>();
        documents.MapGet("", document.GetAsync)
            .WithName("readDocument")
            .WithSummary("The whole document, with everything that was acknowledged before the request.")
            .AnswersState()
            .Refuses(404, 410, 500, 503);
        var snapshots = services.GetRequiredService<SnapshotsEndpoint>();
        documents.MapGet("/snapshots", snapshots.GetAllAsync)
            .WithName("listSnapshots")
            .WithSummary("What is stored of the document since its last deletion, newest first.")
            .Answers<SnapshotList>("The snapshots.")
            .Refuses(410, 503);
        documents.MapGet("/snapshots/{id}", snapshots.GetOneAsync)
            .WithName("readSnapshot")
            .WithSummary("The document as it was then.")
            .AnswersState()
            .Refuses(409, "The snapshot says that the document was deleted; it holds no state.")
            .Refuses(404, 410, 500, 503);
    }

    private static void MapWriting(this RouteGroupBuilder documents, IServiceProvider services)
    {
        var updates = services.GetRequiredService<UpdatesEndpoint>();
        documents.MapPost("/updates", updates.PostAsync)
            .WithName("writeDocument")
            .WithSummary("Takes an update; may be repeated.")
            .WithMetadata(RequestBody.Update)
            .AnswersEmpty(204, "The update is in the log.")
            .Refuses(410, 413, 415, 500, 503);
        var save = services.GetRequiredService<SaveEndpoint>();
        documents.MapPost("/save", save.PostAsync)
            .WithName("saveDocument")
            .WithSummary("Stores a snapshot of what was acknowledged before the request, if none has it.")
            .AnswersEmpty(204, "A snapshot has it.")
            .Refuses(404, 410, 500, 503);
        var restore = services.GetRequiredService<SnapshotRestoreEndpoint>();
        documents.MapPost("/snapshots/{id}/restore", restore.PostAsync)
            .WithName("restoreSnapshot")
            .WithSummary("Has the document show what it showed then, by an update like any other.")
            .Answers<RestoreAnswer>("It is in the log, or the document shows that state already.")
            .Refuses(409, "The snapshot says that the document was deleted; it holds no state.")
            .Refuses(422, "The restore cannot be computed.")
            .Refuses(404, 410, 413, 500, 503);
    }

    private static void MapLife(this RouteGroupBuilder documents, IServiceProvider services)
    {
        var life = services.GetRequiredService<DocumentLifeEndpoint>();
        documents.MapPut("", life.PutAsync)
            .WithName("createDocument")
            .WithSummary("Creates a document again that was deleted. For administrators.")
            .AnswersEmpty(201, "It is created, empty.")
            .AnswersEmpty(204, "It is not deleted, and stays as it is.")
            .Refuses(500, 503);
        documents.MapDelete("", life.DeleteAsync)
            .WithName("deleteDocument")
            .WithSummary("Deletes a document for all clients and for good. For administrators.")
            .AnswersEmpty(204, "It is deleted.")
            .Refuses(404, 500, 503);
    }

    private static void MapOperation(this RouteGroupBuilder documents, IServiceProvider services)
    {
        var snapshot = services.GetRequiredService<SnapshotSetAsideEndpoint>();
        documents.MapPost("/snapshots/{id}/set-aside", snapshot.PostAsync)
            .WithName("setSnapshotAside")
            .WithSummary(
                "Takes a snapshot that does not read out of the way, so that the document opens from what is left. "
                + "For administrators.")
            .Answers<SetAsideAnswer>("It is out of the way, and kept.")
            .Refuses(
                409,
                "The snapshot reads, or says that the document was deleted, or something would be lost with it.")
            .Refuses(404, 410, 500, 503);
        var log = services.GetRequiredService<LogSetAsideEndpoint>();
        documents.MapPost("/log/set-aside", log.PostAsync)
            .WithName("setLogAside")
            .WithSummary(
                "Takes a log that does not read out of the way, so that the document opens from snapshots and the "
                + "entries that read. For administrators.")
            .Answers<SetAsideAnswer>("It begins anew; what it held is kept.")
            .Refuses(409, "The log is not what keeps the document from opening, or something would be lost with it.")
            .Refuses(503);
        var rooms = services.GetRequiredService<RoomMetadataEndpoint>();
        documents.MapGet("/history", rooms.HistoryAsync)
            .WithName("readHistory")
            .WithSummary("The document's figures now and by hours.")
            .Answers<DocumentHistory>("Its history.")
            .Refuses(404, 501, 503);
        documents.MapGet("/connections", rooms.ConnectionsAsync)
            .WithName("listConnections")
            .WithSummary("Who was there, the latest first.")
            .Answers<ConnectionList>("A page of them.")
            .Refuses(404, 501, 503);
        var presence = services.GetRequiredService<PresenceEndpoint>();
        documents.MapGet("/presence", presence.GetAsync)
            .WithName("readPresence")
            .WithSummary("Who is there now, and what they say about themselves.")
            .Answers<PresentClients>("No client for a document that no node has open.");
    }
}
