using Relay.Access;
using Relay.Connections;

namespace Relay.Api;

/// <summary><c>GET /api/documents/{document}</c>: the whole document as one Yjs update (format V1). It holds everything that is logged, and opens no session: without one, snapshots and log are read.</summary>
internal sealed class DocumentEndpoint(RequestGate gate, DocumentStates states, LongAnswers answers)
{
    public const string Path = DocumentRequest.Prefix + "{document}";

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
            await AnswerAsync(context, state);
        }
    }

    /// <summary>Answers with a document's state.</summary>
    public static async Task AnswerAsync(HttpContext context, ReadOnlyMemory<byte> state)
    {
        context.Response.ContentType = UpdateBody.ContentType;
        context.Response.ContentLength = state.Length;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.Body.WriteAsync(state, context.RequestAborted);
    }
}
