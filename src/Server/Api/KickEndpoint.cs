using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Relay.Api.Answers;
using Relay.Connections;
using Relay.Problems;
using Relay.Yjs;

namespace Relay.Api;

/// <summary>
/// <c>POST /api/admin/kick</c> with <c>{"user": "…", "document": "…", "comeBack": false}</c>: ends the connections of a
/// user, of a document, or of a user to a document, on all nodes. The content type must be <c>application/json</c>: no
/// page of another origin can send that without this node's consent, so that an open node on a private network is not
/// open to every page that a browser there shows.
/// </summary>
/// <remarks>The framework's binding would take what is refused here, and refuse without the sentence.</remarks>
internal sealed class KickEndpoint(Kicks kicks)
{
    private const int MaxBytes = 8 << 10;
    private const string Shape =
        "The body must be an object with user, document (a document's name), or both, and possibly comeBack "
        + "(true or false).";

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 4, AllowDuplicateProperties = false };

    public async Task<Results<JsonHttpResult<KickAnswer>, ProblemHttpResult>> PostAsync(
        HttpContext context, CancellationToken cancellation)
    {
        if (!context.Request.HasJsonContentType())
        {
            return Problem.Of(
                context, StatusCodes.Status415UnsupportedMediaType, "The body must be application/json.");
        }

        var body = new byte[MaxBytes + 1];
        var length = await context.Request.Body.ReadAtLeastAsync(
            body, body.Length, throwOnEndOfStream: false, cancellation);
        if (length > MaxBytes)
        {
            return Problem.Of(
                context, StatusCodes.Status413PayloadTooLarge, $"The body may have {MaxBytes} bytes.");
        }

        if (Read(body.AsMemory(0, length)) is not { } order)
        {
            return Problem.Of(context, StatusCodes.Status400BadRequest, Shape);
        }

        var receipt = await kicks.GiveAsync(order, cancellation);
        if (!receipt.AreOthersReached)
        {
            return Problem.Of(
                context,
                StatusCodes.Status503ServiceUnavailable,
                $"{receipt.Connections} connections of this node ended; the other nodes cannot be reached at the "
                + "moment. Ask again.");
        }

        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(new KickAnswer(receipt.Connections, receipt.Nodes, receipt.SilentNodes));
    }

    private static KickOrder? Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var read = JsonDocument.Parse(body, Strict);
            if (read.RootElement.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            string? user = null;
            DocumentName? document = null;
            var mayComeBack = false;
            foreach (var member in read.RootElement.EnumerateObject())
            {
                switch (member.Name, member.Value.ValueKind)
                {
                    case ("user", JsonValueKind.String):
                        user = member.Value.GetString();
                        break;
                    case ("document", JsonValueKind.String) when DocumentName.TryCreate(member.Value.GetString()!,
                        out var name, out _):
                        document = name;
                        break;
                    case ("comeBack", JsonValueKind.True or JsonValueKind.False):
                        mayComeBack = member.Value.GetBoolean();
                        break;
                    default:
                        return null;
                }
            }

            // An order without user and document would end all connections.
            return user is null && document is null ? null : new KickOrder(user, document, mayComeBack);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
