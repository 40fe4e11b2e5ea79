using Microsoft.AspNetCore.Http.Features;
using Relay.Problems;
using Relay.Yjs;

namespace Relay.Api;

/// <summary>A request's body that is one Yjs update (format V1).</summary>
internal static class UpdateBody
{
    public const string ContentType = "application/octet-stream";

    /// <summary>Reads and checks it; nothing when it is refused, and then that is answered.</summary>
    /// <param name="context">The request.</param>
    /// <param name="maxBytes">The most that it may have (<c>Limits:MaxMessageBytes</c>): never more is read.</param>
    public static async ValueTask<byte[]?> ReadAsync(HttpContext context, int maxBytes)
    {
        if (!MediaType.Is(context.Request, ContentType))
        {
            await Problem.AnswerAsync(context, StatusCodes.Status415UnsupportedMediaType, "The body must be a Yjs update, application/octet-stream.");
            return null;
        }

        var update = context.Request.ContentLength > maxBytes ? null : await ReadUpToAsync(context, maxBytes);
        if (update is null)
        {
            await Problem.AnswerAsync(context, StatusCodes.Status413PayloadTooLarge, $"The body may have {maxBytes} bytes (Limits:MaxMessageBytes).", ProblemKind.Limit);
            return null;
        }

        if (!new YDocument().TryGetNews(update, out _, out var error))
        {
            await Problem.AnswerAsync(context, StatusCodes.Status400BadRequest, error.ToString(), ProblemKind.BadUpdate);
            return null;
        }

        return update;
    }

    private static async ValueTask<byte[]?> ReadUpToAsync(HttpContext context, int maxBytes)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }

        using var body = new MemoryStream((int)(context.Request.ContentLength ?? 0));
        var part = new byte[16 << 10];
        int read;
        while ((read = await context.Request.Body.ReadAsync(part, context.RequestAborted)) > 0)
        {
            if (body.Length + read > maxBytes)
            {
                return null;
            }

            body.Write(part, 0, read);
        }

        return body.ToArray();
    }
}
