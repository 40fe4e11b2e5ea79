using System.ComponentModel;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Relay.Api.Answers;
using Relay.Api.Filters;
using Relay.Logging;
using Relay.Metadata;
using Relay.Persistence.Metadata;
using Relay.Problems;

namespace Relay.Api;

/// <summary>
/// <c>GET /api/documents</c>, <c>GET /api/documents/{document}/history</c> and
/// <c>GET /api/documents/{document}/connections</c>: what is known about rooms, for administrators. They show users'
/// ids and the names of all documents. <c>GET /api/totals</c> and <c>GET /api/nodes/history</c>: the same of all rooms
/// together.
/// </summary>
internal sealed partial class RoomMetadataEndpoint(
    MetadataState state, TimeProvider time, ILogger<RoomMetadataEndpoint> logger, IRoomMetadata? rooms = null)
{
    /// <summary>How many entries a page may have.</summary>
    public const int MaxLimit = 500;

    /// <summary>How many it has if the request does not say.</summary>
    public const int DefaultLimit = 50;

    /// <summary>The orders of documents; the first if the request does not say.</summary>
    public static readonly IReadOnlyList<string> Orders = ["name", "lastUsed", "bytes", "connections"];

    private static readonly TimeSpan DefaultRange = TimeSpan.FromDays(7);
    private static readonly TimeSpan DefaultTotals = TimeSpan.FromDays(1);
    private static readonly TimeSpan LongestRange = TimeSpan.FromDays(366);

    public Task<Results<JsonHttpResult<DocumentList>, ProblemHttpResult>> ListAsync(
        HttpContext context,
        [Description("At most so many.")] string? limit,
        [Description("The next of the page before.")] string? cursor,
        [Description("How names begin.")] string? prefix,
        [Description("What names contain.")] string? search,
        [Description("Names in their order, otherwise the greatest first.")] string? sort,
        CancellationToken cancellation) =>
        AskAsync(context, async metadata =>
        {
            var order = OrderOf(Given(sort));
            var query = new RoomQuery(order, LimitOf(limit), Given(cursor), Given(prefix), Given(search));
            var page = await metadata.ListRoomsAsync(query, cancellation);
            return new DocumentList(page.Rooms, page.Next);
        });

    public Task<Results<JsonHttpResult<DocumentHistory>, ProblemHttpResult>> HistoryAsync(
        HttpContext context,
        [Description("The last 7 days without it.")] string? from,
        [Description("Now without it; at most 366 days after from.")] string? to,
        CancellationToken cancellation) =>
        AskAsync(context, async metadata =>
        {
            var (begin, end) = RangeOf(from, to, DefaultRange);
            return await metadata.FindRoomAsync(ApiCall.Of(context).Document, begin, end, cancellation) is { } history
                ? new DocumentHistory(history.Room, history.Hours) : null;
        });

    public Task<Results<JsonHttpResult<TotalHours>, ProblemHttpResult>> TotalsAsync(
        HttpContext context,
        [Description("The beginning; without it 24 hours before the end.")] string? from,
        [Description("The end, at most 366 days later; without it now.")] string? to,
        CancellationToken cancellation) =>
        AskAsync(context, async metadata =>
        {
            var (begin, end) = RangeOf(from, to, DefaultTotals);
            return new TotalHours(await metadata.TotalsAsync(begin, end, cancellation));
        });

    public Task<Results<JsonHttpResult<PastNodes>, ProblemHttpResult>> NodesAsync(
        HttpContext context, CancellationToken cancellation) =>
        AskAsync(context, async metadata => new PastNodes(await metadata.NodesAsync(cancellation)));

    public Task<Results<JsonHttpResult<ConnectionList>, ProblemHttpResult>> ConnectionsAsync(
        HttpContext context,
        [Description("Only those who are there now.")] string? open,
        [Description("At most so many.")] string? limit,
        [Description("The next of the page before.")] string? cursor,
        CancellationToken cancellation) =>
        AskAsync(context, async metadata =>
        {
            var onlyOpen = Given(open) switch
            {
                null or "false" => false,
                "true" => true,
                _ => throw new FormatException("open must be true or false."),
            };
            var name = ApiCall.Of(context).Document;
            return await metadata.ListConnectionsAsync(name, onlyOpen, LimitOf(limit), Given(cursor), cancellation)
                is { } page ? new ConnectionList(page.Connections, page.Next) : null;
        });

    private async Task<Results<JsonHttpResult<T>, ProblemHttpResult>> AskAsync<T>(
        HttpContext context, Func<IRoomMetadata, Task<T?>> ask)
        where T : class
    {
        if (rooms is null)
        {
            return NotKept(
                context,
                "Relay:Redis:Configuration joins it with others, and Relay:Postgres:ConnectionString is not set");
        }

        if (state.OffBecause is { } reason)
        {
            return NotKept(context, reason);
        }

        try
        {
            if (await ask(rooms) is not { } answer)
            {
                return Problem.Of(
                    context,
                    StatusCodes.Status404NotFound,
                    "There is no metadata of this document.",
                    ProblemKind.NoDocument);
            }

            context.Response.Headers.CacheControl = "no-store";
            return TypedResults.Json(answer);
        }
        catch (FormatException exception)
        {
            return Problem.Of(context, StatusCodes.Status400BadRequest, exception.Message);
        }
        catch (RoomMetadataUnusableException exception)
        {
            // The writer says so in the log, and ends.
            state.OffBecause = exception.Message;
            return NotKept(context, exception.Message);
        }
        catch (Exception exception)
            when (exception is RoomMetadataUnavailableException or RoomMetadataRefusedException)
        {
            LogUnavailable(logger, exception);
            return Problem.Later(
                context,
                "The metadata of documents cannot be read at the moment; ask again.",
                ProblemKind.StoreUnavailable);
        }
    }

    private static ProblemHttpResult NotKept(HttpContext context, string reason) =>
        Problem.Of(
            context, StatusCodes.Status501NotImplemented, $"This node keeps no metadata of documents: {reason}.");

    private (DateTimeOffset From, DateTimeOffset To) RangeOf(string? first, string? last, TimeSpan otherwise)
    {
        var to = TimeOf(last, "to") ?? time.GetUtcNow();
        var from = TimeOf(first, "from") ?? to - otherwise;
        return from < to && to - from <= LongestRange ? (from, to)
            : throw new FormatException("from must be before to, by at most 366 days.");
    }

    private static RoomOrder OrderOf(string? sort) => sort switch
    {
        null or "name" => RoomOrder.Name,
        "lastUsed" => RoomOrder.LastUse,
        "bytes" => RoomOrder.Size,
        "connections" => RoomOrder.Connections,
        _ => throw new FormatException("sort must be name, lastUsed, bytes or connections."),
    };

    private static int LimitOf(string? asked) =>
        Given(asked) is not { } text ? DefaultLimit
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
            && limit is > 0 and <= MaxLimit ? limit
        : throw new FormatException($"limit must be a whole number from 1 to {MaxLimit}.");

    private static DateTimeOffset? TimeOf(string? asked, string name)
    {
        const DateTimeStyles utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        return Given(asked) is not { } text ? null
            : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, utc, out var at) ? at
            : throw new FormatException($"{name} must be a time, as in 2026-01-31T12:00:00Z.");
    }

    /// <summary>An empty parameter is as good as none.</summary>
    private static string? Given(string? text) => text is { Length: > 0 } ? text : null;

    [LoggerMessage(LogEvents.MetadataUnreadable, LogLevel.Debug, "The metadata of documents cannot be read now")]
    private static partial void LogUnavailable(ILogger logger, Exception exception);
}
