using Relay.Access;
using Relay.Connections;

namespace Relay.Api;

/// <summary>
/// <c>GET /api/documents/{document}</c>: the whole document as one Yjs update (format V1). It holds everything that is
/// logged, and opens no session: without one, snapshots and log are read.
/// </summary>
internal sealed class DocumentEndpoint(
    RequestGate gate, DocumentStates states, HeldStates held, LongAnswers answers)
{
    public const string Path = DocumentRequest.Prefix + "{document}";

    private const int PieceBytes = 64 << 10;

    public async Task GetAsync(HttpContext context)
    {
        if (await DocumentRequest.NameAsync(context) is not { } name
            || await gate.IdentifyAsync(context, name, AccessLevel.Read) is not { } grant)
        {
            return;
        }

        // A slow reader takes its time. Bytes that have a length cannot end early but by a cut.
        using var answer = answers.Begin(grant.UserId, name, context.Abort);
        var (state, reason) = await states.ReadAsync(name, context.RequestAborted);
        if (state is null)
        {
            await DocumentRequest.AnswerAsync(context, reason);
        }
        else if (DocumentStates.IsEmpty(state))
        {
            await DocumentRequest.AnswerAbsentAsync(context);
        }
        else
        {
            await held.AnswerAsync(context, state, state);
        }
    }

    /// <summary>
    /// Answers with a document's state, in pieces: the server copies what it is given at once, whether or not the
    /// client reads.
    /// </summary>
    public static async Task AnswerAsync(HttpContext context, ReadOnlyMemory<byte> state)
    {
        context.Response.ContentType = UpdateBody.ContentType;
        context.Response.ContentLength = state.Length;
        context.Response.Headers.CacheControl = "no-store";
        for (; !state.IsEmpty; state = state[Math.Min(PieceBytes, state.Length)..])
        {
            await context.Response.Body.WriteAsync(
                state[..Math.Min(PieceBytes, state.Length)], context.RequestAborted);
        }
    }
}
