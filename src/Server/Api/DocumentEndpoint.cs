using Microsoft.AspNetCore.Http.HttpResults;
using Relay.Api.Filters;
using Relay.Connections;
using Relay.Sessions;

namespace Relay.Api;

/// <summary>
/// <c>GET /api/documents/{document}</c>: the whole document as one Yjs update (format V1). It holds everything that is
/// logged, and opens no session: without one, snapshots and log are read.
/// </summary>
internal sealed class DocumentEndpoint(DocumentStates states, HeldStates held, LongAnswers answers)
{
    public async Task<Results<StateResult, ProblemHttpResult>> GetAsync(
        HttpContext context, CancellationToken cancellation)
    {
        var call = ApiCall.Of(context);

        // A slow reader takes its time. Bytes that have a length cannot end early but by a cut.
        context.Response.RegisterForDispose(answers.Begin(call.Grant.UserId, call.Document, context.Abort));
        var (state, reason) = await states.ReadAsync(call.Document, cancellation);
        return reason != RefusalReason.None ? DocumentRefusal.Of(context, reason)
            : DocumentStates.IsEmpty(state.Span) ? DocumentRefusal.Absent(context)
            : new StateResult(held, state);
    }
}
