using Microsoft.AspNetCore.Http.HttpResults;
using Relay.Api.Answers;
using Relay.Api.Filters;
using Relay.Connections;

namespace Relay.Api;

/// <summary>
/// <c>GET /api/documents/{document}/snapshots</c>: what is stored of a document, newest first;
/// <c>GET …/snapshots/{id}</c>: the document as it was then, as one Yjs update (format V1). What was stored before a
/// deletion is not shown.
/// </summary>
internal sealed class SnapshotsEndpoint(StoredSnapshots snapshots, HeldStates held, LongAnswers answers)
{
    public async Task<Results<JsonHttpResult<SnapshotList>, ProblemHttpResult>> GetAllAsync(
        HttpContext context, CancellationToken cancellation)
    {
        var (listing, refusal) = await snapshots.ListAsync(context, ApiCall.Of(context).Document, cancellation);
        return refusal is not null ? refusal
            : JsonAnswer.Of(context, new SnapshotList([.. listing.Select(snapshot => new SnapshotEntry(
                StoredSnapshots.IdOf(snapshot),
                snapshot.StoredAt.UtcDateTime,
                snapshot.Position.Epoch,
                snapshot.Position.Offset,
                snapshot.Bytes))]));
    }

    public async Task<Results<StateResult, ProblemHttpResult>> GetOneAsync(
        HttpContext context, string id, CancellationToken cancellation)
    {
        var call = ApiCall.Of(context);
        context.Response.RegisterForDispose(answers.Begin(call.Grant.UserId, call.Document, context.Abort));
        var (snapshot, refusal) = await snapshots.ReadAsync(context, call.Document, id, cancellation);
        return snapshot is null ? refusal! : new StateResult(held, snapshot.Update);
    }
}
