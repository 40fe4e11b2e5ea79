using System.Text.Json;
using System.Text.Json.Nodes;
using Relay.Access;
using Relay.Connections;
using Relay.Problems;
using Relay.Yjs;

namespace Relay.Api;

/// <summary>
/// <c>POST /api/admin/kick</c> with <c>{"user": "…", "document": "…", "comeBack": false}</c>: ends the connections of a
/// user, of a document, or of a user to a document, on all nodes. The content type must be
/// <c>application/json</c>: no page of another origin can send that without this node's consent, so that an open node
/// on a private network is not open to every page that somebody there looks at.
/// </summary>
internal sealed class KickEndpoint(RequestGate gate, Kicks kicks)
{
    public const string Path = "/api/admin/kick";

    private const int MaxBytes = 8 << 10;
    private const string Shape =
        "The body must be an object with user, document (a document's name), or both, and possibly "
            + "comeBack (true or false).";

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 4, AllowDuplicateProperties = false };

    public async Task PostAsync(HttpContext context)
    {
        if (await gate.IdentifyAdminAsync(context) is null)
        {
            return;
        }

        if (!context.Request.HasJsonContentType())
        {
            await Problem.AnswerAsync(context, StatusCodes.Status415UnsupportedMediaType,
                "The body must be application/json.");
            return;
        }

        var body = new byte[MaxBytes + 1];
        var length = await context.Request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false,
            context.RequestAborted);
        if (length > MaxBytes)
        {
            await Problem.AnswerAsync(context, StatusCodes.Status413PayloadTooLarge,
                $"The body may have {MaxBytes} bytes.");
            return;
        }

        if (Read(body.AsMemory(0, length)) is not { } order)
        {
            await Problem.AnswerAsync(context, StatusCodes.Status400BadRequest, Shape);
            return;
        }

        var receipt = await kicks.GiveAsync(order, context.RequestAborted);
        if (!receipt.AreOthersReached)
        {
            await Problem.AnswerAsync(context, StatusCodes.Status503ServiceUnavailable,
                $"{receipt.Connections} connections of this node ended; the other nodes cannot be "
                    + "reached at the moment. Ask again.");
            return;
        }

        context.Response.Headers.CacheControl = "no-store";
        await context.Response.WriteAsJsonAsync(
            new JsonObject
            {
                ["connections"] = receipt.Connections,
                ["nodes"] = receipt.Nodes,
                ["silentNodes"] = receipt.SilentNodes
            }, context.RequestAborted);
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

            // An order about nobody and nothing would end everything.
            return user is null && document is null ? null : new KickOrder(user, document, mayComeBack);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
