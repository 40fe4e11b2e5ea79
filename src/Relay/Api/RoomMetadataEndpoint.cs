using System.Globalization;
using Relay.Access;
using Relay.Metadata;
using Relay.Persistence.Metadata;
using Relay.Problems;
using Relay.Yjs;

namespace Relay.Api;

/// <summary>
/// <c>GET /api/documents</c>, <c>GET /api/documents/{document}/history</c> and <c>GET
/// /api/documents/{document}/connections</c>: what is known about rooms, for administrators. They show users' ids and
/// the names of all documents.
/// <c>GET /api/totals</c> and <c>GET /api/nodes/history</c>: the same of all rooms together.
/// </summary>
internal sealed partial class RoomMetadataEndpoint(RequestGate gate, MetadataState state, TimeProvider time,
    ILogger<RoomMetadataEndpoint> logger, IRoomMetadata? rooms = null)
{
    public const string ListPath = "/api/documents";
    public const string HistoryPath = DocumentEndpoint.Path + "/history";
    public const string ConnectionsPath = DocumentEndpoint.Path + "/connections";

    public const string TotalsPath = "/api/totals";
    public const string NodesPath = NodesEndpoint.Path + "/history";

    private const int MaxLimit = 500;

    private static readonly TimeSpan DefaultRange = TimeSpan.FromDays(7);
    private static readonly TimeSpan DefaultTotals = TimeSpan.FromDays(1);
    private static readonly TimeSpan LongestRange = TimeSpan.FromDays(366);

    /// <summary><c>?limit=&amp;cursor=&amp;prefix=&amp;search=&amp;sort=</c></summary>
    public Task ListAsync(HttpContext context) => AnswerAsync(context, async metadata =>
    {
        var query = context.Request.Query;
        var page = await metadata.ListRoomsAsync(
            new RoomQuery(OrderOf(Text(query, "sort")), LimitOf(query), Text(query, "cursor"), Text(query, "prefix"),
                Text(query, "search")), context.RequestAborted);
        return new { documents = page.Rooms, next = page.Next };
    });

    /// <summary><c>?from=&amp;to=</c>, times as in RFC 3339; without them the last 7 days.</summary>
    public Task HistoryAsync(HttpContext context) => AnswerAsync(context, async (metadata, name) =>
    {
        var (from, to) = RangeOf(context.Request.Query, DefaultRange);
        return await metadata.FindRoomAsync(name, from, to, context.RequestAborted) is { } history
            ? new { document = history.Room, hours = history.Hours }
            : null;
    });

    /// <summary><c>?from=&amp;to=</c>, times as in RFC 3339; without them the last 24 hours.</summary>
    public Task TotalsAsync(HttpContext context) => AnswerAsync(context, async metadata =>
    {
        var (from, to) = RangeOf(context.Request.Query, DefaultTotals);
        return new { hours = await metadata.TotalsAsync(from, to, context.RequestAborted) };
    });

    public Task NodesAsync(HttpContext context) =>
        AnswerAsync(context, async metadata => new { nodes = await metadata.NodesAsync(context.RequestAborted) });

    /// <summary><c>?open=true&amp;limit=&amp;cursor=</c></summary>
    public Task ConnectionsAsync(HttpContext context) => AnswerAsync(context, async (metadata, name) =>
    {
        var query = context.Request.Query;
        var onlyOpen = Text(query, "open") switch
        {
            null or "false" => false,
            "true" => true,
            _ => throw new FormatException("open must be true or false.")
        };
        return await metadata.ListConnectionsAsync(name, onlyOpen, LimitOf(query), Text(query, "cursor"),
            context.RequestAborted) is { } page
            ? new { connections = page.Connections, next = page.Next }
            : null;
    });

    private async Task AnswerAsync(HttpContext context, Func<IRoomMetadata, DocumentName, Task<object?>> ask)
    {
        if (await DocumentRequest.NameAsync(context, following: 1) is { } name)
        {
            await AnswerAsync(context, metadata => ask(metadata, name));
        }
    }

    private async Task AnswerAsync(HttpContext context, Func<IRoomMetadata, Task<object?>> ask)
    {
        if (await gate.IdentifyAdminAsync(context) is null)
        {
            return;
        }

        if (rooms is null)
        {
            await AnswerNotKeptAsync(
                context,
                "Relay:Redis:Configuration joins it with others, and Relay:Postgres:ConnectionString is not set");
            return;
        }

        if (state.OffBecause is { } reason)
        {
            await AnswerNotKeptAsync(context, reason);
            return;
        }

        context.Response.Headers.CacheControl = "no-store";
        object? answer;
        try
        {
            answer = await ask(rooms);
        }
        catch (FormatException exception)
        {
            await Problem.AnswerAsync(context, StatusCodes.Status400BadRequest, exception.Message);
            return;
        }
        catch (RoomMetadataUnusableException exception)
        {
            // The writer says so in the log, and ends.
            state.OffBecause = exception.Message;
            await AnswerNotKeptAsync(context, exception.Message);
            return;
        }
        catch (Exception exception) when (exception is RoomMetadataUnavailableException or RoomMetadataRefusedException)
        {
            LogUnavailable(logger, exception);
            await DocumentRequest.AnswerLaterAsync(context,
                "The metadata of rooms cannot be read at the moment; ask again.", ProblemKind.StoreUnavailable);
            return;
        }

        if (answer is null)
        {
            await Problem.AnswerAsync(context, StatusCodes.Status404NotFound, "Nothing is known about this document.",
                ProblemKind.NoDocument);
            return;
        }

        await context.Response.WriteAsJsonAsync(answer, context.RequestAborted);
    }

    private static Task AnswerNotKeptAsync(HttpContext context, string reason) =>
        Problem.AnswerAsync(
            context, StatusCodes.Status501NotImplemented, $"This node keeps no metadata of rooms: {reason}.");

    private (DateTimeOffset From, DateTimeOffset To) RangeOf(IQueryCollection query, TimeSpan otherwise)
    {
        var to = TimeOf(query, "to") ?? time.GetUtcNow();
        var from = TimeOf(query, "from") ?? to - otherwise;
        return from < to && to - from <= LongestRange
            ? (from, to)
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

    private static int LimitOf(IQueryCollection query) =>
        Text(query, "limit") is not { } text ? 50
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
            && limit is > 0 and <= MaxLimit ? limit
        : throw new FormatException($"limit must be a whole number from 1 to {MaxLimit}.");

    private static DateTimeOffset? TimeOf(IQueryCollection query, string name) =>
        Text(query, name) is not { } text ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at
        : throw new FormatException($"{name} must be a time, as in 2026-01-31T12:00:00Z.");

    private static string? Text(IQueryCollection query, string name) =>
        query[name].ToString() is { Length: > 0 } text ? text : null;

    [LoggerMessage(LogEvents.MetadataUnreadable, LogLevel.Debug, "The metadata of rooms cannot be read now")]
    private static partial void LogUnavailable(ILogger logger, Exception exception);
}
