using Relay.Access;
using Relay.Api.Answers;
using Relay.Api.Filters;
using Relay.Reports;

namespace Relay.Api;

/// <summary>The addresses for those who operate nodes.</summary>
/// <inheritdoc cref="DocumentRoutes" path="/remarks"/>
internal static class OperationRoutes
{
    public static void MapOperation(this IEndpointRouteBuilder routes, IServiceProvider services)
    {
        var gate = services.GetRequiredService<RequestGate>();
        var api = routes.MapGroup("/api").WithTags("operation");
        api.MapGroup("/jobs/{document}").About("/api/jobs/").For(ApiAccess.Administrators, gate).MapJob(services);
        var operation = api.MapGroup("").For(ApiAccess.Administrators, gate);
        operation.MapNodes(services);
        operation.MapMetadata(services);
    }

    private static void MapJob(this RouteGroupBuilder job, IServiceProvider services)
    {
        var jobs = services.GetRequiredService<JobsEndpoint>();
        job.MapPost("/retry", jobs.RetryAsync)
            .WithName("retryJob")
            .WithSummary("This node opens the document, if it is not open, and saves it.")
            .AnswersEmpty(202, "The save takes longer and goes on.")
            .AnswersEmpty(204, "It is saved.")
            .Refuses(410, 500, 503);
    }

    private static void MapNodes(this RouteGroupBuilder operation, IServiceProvider services)
    {
        var jobs = services.GetRequiredService<JobsEndpoint>();
        operation.MapGet("/jobs", jobs.GetAsync)
            .WithName("listJobs")
            .WithSummary("Documents with changes that no snapshot covers, those that failed first.")
            .Answers<JobList>("At most 1,000 of them.")
            .Refuses(503);
        var nodes = services.GetRequiredService<NodesEndpoint>();
        operation.MapGet("/nodes", nodes.GetAsync)
            .WithName("listNodes")
            .WithSummary("What the nodes that run say about themselves.")
            .Answers<ClusterReport>("The nodes in the order of their starts.");
        var drain = services.GetRequiredService<DrainEndpoint>();
        operation.MapPost("/nodes/self/drain", drain.Post)
            .WithName("drainNode")
            .WithSummary("This node sends its clients away and leaves its documents, and stays.")
            .AnswersEmpty(202, "It has begun.")
            .Refuses(503);
        var kick = services.GetRequiredService<KickEndpoint>();
        operation.MapPost("/admin/kick", kick.PostAsync)
            .WithName("kick")
            .WithSummary("Ends the connections of a user, of a document, or of a user to a document, on all nodes.")
            .WithMetadata(RequestBody.Kick)
            .Answers<KickAnswer>("What was ended.")
            .Refuses(400, 413, 415, 503);
        var dashboard = services.GetRequiredService<DashboardEndpoint>();
        operation.MapGet("/dashboard/events", dashboard.Get)
            .WithName("watchNodes")
            .WithSummary("How the nodes do, again and again.")
            .Answers<DashboardView>(
                "Server-sent events without end, each with a DashboardView as its data. Ends when the node stops or "
                + "is drained, or the token ends.",
                "text/event-stream");
    }

    private static void MapMetadata(this RouteGroupBuilder operation, IServiceProvider services)
    {
        var rooms = services.GetRequiredService<RoomMetadataEndpoint>();
        operation.MapGet("/documents", rooms.ListAsync)
            .WithName("listDocuments")
            .WithSummary("Documents that were ever used, with figures that are some seconds old.")
            .Answers<DocumentList>("A page of them.")
            .Refuses(400, 501, 503);
        operation.MapGet("/totals", rooms.TotalsAsync)
            .WithName("readTotals")
            .WithSummary("The hours of all documents together.")
            .Answers<TotalHours>("The hours in which a node ran, in their order.")
            .Refuses(400, 501, 503);
        operation.MapGet("/nodes/history", rooms.NodesAsync)
            .WithName("listPastNodes")
            .WithSummary("The nodes that run or ended in the last 24 hours, with their figures of that time.")
            .Answers<PastNodes>("Those that started last come first.")
            .Refuses(501, 503);
    }
}
