using Microsoft.AspNetCore.Http.HttpResults;
using Relay.Api.Filters;
using Relay.Sessions;
using Relay.Sockets.Backpressure;

namespace Relay.Api;

/// <summary>
/// <c>POST /api/documents/{document}/updates</c>: takes one Yjs update (format V1) the way that updates of clients
/// take, and answers 204 when it is in the log. An update that is there already is answered alike, so a request may be
/// repeated.
/// </summary>
internal sealed class UpdatesEndpoint(DocumentWriter writer, SessionSettings settings, BufferBudget budget)
{
    public async Task<Results<NoContent, ProblemHttpResult>> PostAsync(
        HttpContext context, CancellationToken cancellation)
    {
        var call = ApiCall.Of(context);
        using var body = new UpdateBody(settings.MaxDocumentBytes, budget);
        var refusal = await body.ReadAsync(context, cancellation)
            ?? await writer.WriteAsync(context, call.Document, body.Update, call.Grant.UserId);
        return refusal is null ? TypedResults.NoContent() : refusal;
    }
}
