using System.Globalization;
using Relay.Connections;
using Relay.Persistence;
using Relay.Problems;
using Relay.Yjs;

namespace Relay.Api;

/// <summary>
/// A document's snapshots for requests: what cannot be had is answered, and then nothing is returned.
/// </summary>
internal sealed partial class StoredSnapshots(SharedSnapshots snapshots, ILogger<StoredSnapshots> logger)
{
    /// <summary>How addresses name a snapshot: by its position.</summary>
    public static string IdOf(SnapshotInfo snapshot) =>
        string.Create(CultureInfo.InvariantCulture,
            $"{snapshot.Position.Epoch}-{snapshot.Position.Offset}-{snapshot.Position.Id}");

    /// <summary>The snapshots since the last deletion, newest first.</summary>
    public async ValueTask<IReadOnlyList<SnapshotInfo>?> ListAsync(HttpContext context, DocumentName name) =>
        await ListWithTombstoneAsync(context, name) is { } listing
            ? [.. listing.TakeWhile(snapshot => !snapshot.IsTombstoneOf(name))]
            : null;

    /// <summary>
    /// The snapshot that the address names, if it was stored since the last deletion. It need not read.
    /// </summary>
    public async ValueTask<SnapshotInfo?> FindAsync(HttpContext context, DocumentName name)
    {
        if (await ListWithTombstoneAsync(context, name) is not { } listing)
        {
            return null;
        }

        var id = (string)context.GetRouteValue("id")!;
        if (listing.FirstOrDefault(snapshot => IdOf(snapshot) == id) is not { Position.IsNone: false } found)
        {
            await AnswerAbsentAsync(context);
        }
        else if (found.IsTombstoneOf(name))
        {
            await Problem.AnswerAsync(context, StatusCodes.Status409Conflict,
                "This snapshot says that the document was deleted; it holds no state.");
        }
        else
        {
            return found;
        }

        return null;
    }

    /// <summary>The same snapshot's content.</summary>
    public async ValueTask<Snapshot?> ReadAsync(HttpContext context, DocumentName name)
    {
        if (await FindAsync(context, name) is not { } found)
        {
            return null;
        }

        var result = await ReadAsync(name, found, context.RequestAborted);
        switch (result?.Outcome)
        {
            case SnapshotReadOutcome.Read:
                return result.Snapshot;
            case SnapshotReadOutcome.Gone:
                await AnswerAbsentAsync(context);
                return null;
            case SnapshotReadOutcome.Unreadable:
                LogUnreadable(logger, name, found.Position, result.Problem);
                await Problem.AnswerAsync(context, StatusCodes.Status500InternalServerError,
                    "The snapshot does not read; it is kept.", ProblemKind.DocumentUnreadable);
                return null;
            default:
                await DocumentRequest.AnswerAsync(context, CloseReason.StoreUnavailable);
                return null;
        }
    }

    /// <summary>Says that there is none of that id.</summary>
    public static Task AnswerAbsentAsync(HttpContext context) =>
        Problem.AnswerAsync(context, StatusCodes.Status404NotFound, "There is no such snapshot (any more).",
            ProblemKind.NoDocument);

    /// <summary>The snapshots since the last deletion, and the one that says so after them.</summary>
    private async ValueTask<IReadOnlyList<SnapshotInfo>?> ListWithTombstoneAsync(HttpContext context, DocumentName name)
    {
        try
        {
            var listing = await snapshots.ListAsync(name, context.RequestAborted);
            if (listing.Count == 0 || !listing[0].IsTombstoneOf(name))
            {
                var states = listing.TakeWhile(snapshot => !snapshot.IsTombstoneOf(name)).Count();
                return [.. listing.Take(states + 1)];
            }

            await DocumentRequest.AnswerAsync(context, CloseReason.DocumentDeleted);
        }
        catch (Exception exception) when (IsAway(exception, context.RequestAborted))
        {
            LogUnavailable(logger, exception, name);
            await DocumentRequest.AnswerAsync(context, CloseReason.StoreUnavailable);
        }

        return null;
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
