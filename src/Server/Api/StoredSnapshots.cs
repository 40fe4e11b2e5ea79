using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Relay.Logging;
using Relay.Persistence;
using Relay.Problems;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Api;

/// <summary>A document's snapshots for requests, or why they cannot be had.</summary>
internal sealed partial class StoredSnapshots(SharedSnapshots snapshots, ILogger<StoredSnapshots> logger)
{
    /// <summary>How addresses name a snapshot: by its position.</summary>
    public static string IdOf(SnapshotInfo snapshot) =>
        string.Create(CultureInfo.InvariantCulture,
            $"{snapshot.Position.Epoch}-{snapshot.Position.Offset}-{snapshot.Position.Id}");

    /// <summary>The snapshots since the last deletion, newest first; none with a refusal.</summary>
    public async ValueTask<(IReadOnlyList<SnapshotInfo> Listing, ProblemHttpResult? Refusal)> ListAsync(
        HttpContext context, DocumentName name, CancellationToken cancellation)
    {
        var (listing, refusal) = await ListWithTombstoneAsync(context, name, cancellation);
        return ([.. listing.TakeWhile(snapshot => !snapshot.IsTombstoneOf(name))], refusal);
    }

    /// <summary>
    /// The snapshot that the address names, if it was stored since the last deletion, or the refusal. It need not read.
    /// </summary>
    public async ValueTask<(SnapshotInfo Found, ProblemHttpResult? Refusal)> FindAsync(
        HttpContext context, DocumentName name, string id, CancellationToken cancellation)
    {
        var (listing, refusal) = await ListWithTombstoneAsync(context, name, cancellation);
        if (refusal is not null)
        {
            return (default, refusal);
        }

        var found = listing.FirstOrDefault(snapshot => IdOf(snapshot) == id);
        return found.Position.IsNone ? (default, Absent(context))
            : !found.IsTombstoneOf(name) ? (found, null)
            : (default, Problem.Of(
                context,
                StatusCodes.Status409Conflict,
                "This snapshot says that the document was deleted; it holds no state."));
    }

    /// <summary>The same snapshot's content, or the refusal.</summary>
    public async ValueTask<(Snapshot? Snapshot, ProblemHttpResult? Refusal)> ReadAsync(
        HttpContext context, DocumentName name, string id, CancellationToken cancellation)
    {
        var (found, refusal) = await FindAsync(context, name, id, cancellation);
        if (refusal is not null)
        {
            return (null, refusal);
        }

        var result = await ReadAsync(name, found, cancellation);
        switch (result?.Outcome)
        {
            case SnapshotReadOutcome.Read:
                return (result.Snapshot, null);
            case SnapshotReadOutcome.Gone:
                return (null, Absent(context));
            case SnapshotReadOutcome.Unreadable:
                LogUnreadable(logger, name, found.Position, result.Problem);
                return (null, Problem.Of(
                    context,
                    StatusCodes.Status500InternalServerError,
                    "The snapshot does not read; it is kept.",
                    ProblemKind.DocumentUnreadable));
            default:
                return (null, DocumentRefusal.Of(context, RefusalReason.StoreUnavailable));
        }
    }

    /// <summary>There is none of that id.</summary>
    public static ProblemHttpResult Absent(HttpContext context) =>
        Problem.Of(
            context,
            StatusCodes.Status404NotFound,
            "There is no such snapshot (any more).",
            ProblemKind.NoDocument);

    /// <summary>
    /// The snapshots since the last deletion, and the one that says so after them; none with a refusal.
    /// </summary>
    private async ValueTask<(IReadOnlyList<SnapshotInfo> Listing, ProblemHttpResult? Refusal)> ListWithTombstoneAsync(
        HttpContext context, DocumentName name, CancellationToken cancellation)
    {
        try
        {
            var listing = await snapshots.ListAsync(name, cancellation);
            if (listing.Count > 0 && listing[0].IsTombstoneOf(name))
            {
                return ([], DocumentRefusal.Of(context, RefusalReason.DocumentDeleted));
            }

            var states = listing.TakeWhile(snapshot => !snapshot.IsTombstoneOf(name)).Count();
            return ([.. listing.Take(states + 1)], null);
        }
        catch (Exception exception) when (IsAway(exception, cancellation))
        {
            LogUnavailable(logger, exception, name);
            return ([], DocumentRefusal.Of(context, RefusalReason.StoreUnavailable));
        }
    }

    private async ValueTask<SnapshotReadResult?> ReadAsync(DocumentName name, SnapshotInfo snapshot,
        CancellationToken cancellation)
    {
        try
        {
            return await snapshots.ReadAsync(name, snapshot, cancellation);
        }
        catch (Exception exception) when (IsAway(exception, cancellation))
        {
            LogUnavailable(logger, exception, name);
            return null;
        }
    }

    /// <summary>Whether the store failed, or took too long.</summary>
    private static bool IsAway(Exception exception, CancellationToken cancellation) =>
        exception is SnapshotStoreUnavailableException
        || (exception is OperationCanceledException && !cancellation.IsCancellationRequested);

    [LoggerMessage(LogEvents.SnapshotsUnavailable, LogLevel.Warning, "The snapshots of {Document} cannot be read now")]
    private static partial void LogUnavailable(ILogger logger, Exception exception, DocumentName document);

    [LoggerMessage(LogEvents.UnreadableSnapshotAsked, LogLevel.Error,
        "The snapshot of {Document} at {Position} does not read and is kept: {Problem}")]
    private static partial void LogUnreadable(ILogger logger, DocumentName document, Position position,
        string? problem);
}
