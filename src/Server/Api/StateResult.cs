using System.Runtime.InteropServices;
using Relay.Problems;

namespace Relay.Api;

/// <summary>Answers with a document's state, if there is room for it among those that are being sent.</summary>
/// <param name="held">Charges it.</param>
/// <param name="content">The state, in an array; all to whom parts of the same array are sent share its charge.</param>
internal sealed class StateResult(HeldStates held, ReadOnlyMemory<byte> content) : IResult
{
    private const int PieceBytes = 64 << 10;

    // Stores and sessions have their states in arrays of their own.
    private readonly byte[] state = MemoryMarshal.TryGetArray(content, out var segment)
        ? segment.Array!
        : content.ToArray();

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        if (!await held.TryHoldAsync(state, httpContext.RequestAborted))
        {
            await Problem.Later(
                httpContext,
                "This node sends as many documents as it may at the moment (Limits:MaxBufferedBytes).",
                ProblemKind.Limit).ExecuteAsync(httpContext);
            return;
        }

        try
        {
            await WriteAsync(httpContext);
        }
        finally
        {
            held.Release(state);
        }
    }

    /// <summary>In pieces: the server copies what it is given at once, whether or not the client reads.</summary>
    private async Task WriteAsync(HttpContext context)
    {
        context.Response.ContentType = UpdateBody.ContentType;
        context.Response.ContentLength = content.Length;
        context.Response.Headers.CacheControl = "no-store";
        for (var left = content; !left.IsEmpty; left = left[Math.Min(PieceBytes, left.Length)..])
        {
            await context.Response.Body.WriteAsync(
                left[..Math.Min(PieceBytes, left.Length)], context.RequestAborted);
        }
    }
}
