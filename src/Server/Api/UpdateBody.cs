using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Relay.Problems;
using Relay.Sockets.Backpressure;
using Relay.Yjs;

namespace Relay.Api;

/// <summary>
/// A request's body that is one Yjs update (format V1). It may be as large as a document, so that what a GET gave can
/// be put
/// back in one piece; it is charged to the node's budget until it is disposed of.
/// </summary>
internal sealed class UpdateBody : IDisposable
{
    public const string ContentType = "application/octet-stream";

    private const int PieceBytes = 64 << 10;

    private readonly int maxBytes;
    private readonly BufferBudget budget;
    private readonly ChargedBuffer buffer;

    /// <param name="maxDocumentBytes"><c>Limits:MaxDocumentBytes</c>.</param>
    /// <param name="budget">What the body is charged to; a body that could never fit is too large.</param>
    public UpdateBody(long maxDocumentBytes, BufferBudget budget)
    {
        maxBytes = (int)Math.Min(Math.Min(maxDocumentBytes, budget.MaxBytes), Array.MaxLength);
        this.budget = budget;
        buffer = new ChargedBuffer(budget, maxBytes);
    }

    /// <summary>The update, in memory that is not written again.</summary>
    public ReadOnlyMemory<byte> Update { get; private set; }

    /// <summary>Reads and checks it.</summary>
    /// <returns>Null, and <see cref="Update"/> is there; otherwise the refusal.</returns>
    public async ValueTask<ProblemHttpResult?> ReadAsync(HttpContext context, CancellationToken cancellation)
    {
        if (!MediaType.Is(context.Request, ContentType))
        {
            return Problem.Of(
                context,
                StatusCodes.Status415UnsupportedMediaType,
                "The body must be a Yjs update, application/octet-stream.");
        }

        if (await CollectAsync(context, cancellation) is { } refusal)
        {
            return refusal;
        }

        var collected = buffer.Collected;
        if (!new YDocument().TryGetNews(collected, out _, out var error))
        {
            return Problem.Of(
                context, StatusCodes.Status400BadRequest, error.ToString(), ProblemKind.BadUpdate);
        }

        // The session keeps what it is given.
        Update = buffer.IsShared ? collected.ToArray() : collected;
        return null;
    }

    public void Dispose() => buffer.Dispose();

    private async ValueTask<ProblemHttpResult?> CollectAsync(HttpContext context, CancellationToken cancellation)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }

        var declared = context.Request.ContentLength ?? 0;
        var isTooLarge = declared > maxBytes;
        var piece = new byte[isTooLarge ? 0 : PieceBytes];
        int read;
        while (!isTooLarge && (read = await context.Request.Body.ReadAsync(piece, cancellation)) > 0)
        {
            isTooLarge = read > maxBytes - buffer.Count;
            if (!isTooLarge && !await TryAddAsync(piece.AsMemory(0, read), declared, cancellation))
            {
                return Problem.Later(
                    context,
                    "This node has no room for large bodies at the moment (Limits:MaxBufferedBytes).",
                    ProblemKind.Limit);
            }
        }

        return !isTooLarge ? null
            : Problem.Of(
                context,
                StatusCodes.Status413PayloadTooLarge,
                $"The body may have {maxBytes} bytes (Limits:MaxDocumentBytes).",
                ProblemKind.Limit);
    }

    private async ValueTask<bool> TryAddAsync(ReadOnlyMemory<byte> piece, long declared, CancellationToken cancellation)
    {
        while (buffer.MakeRoom(piece.Length, declared) is var wanted and > 0)
        {
            if (!await budget.TakeAsync(wanted, cancellation))
            {
                return false;
            }

            buffer.Granted(wanted);
        }

        piece.Span.CopyTo(buffer.Add(piece.Length));
        return true;
    }
}
