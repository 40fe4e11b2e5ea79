using Microsoft.AspNetCore.Http.HttpResults;
using Relay.Api.Filters;
using Relay.Problems;
using Relay.Sessions;

namespace Relay.Api;

/// <summary>
/// <c>POST /api/documents/{document}/save</c>: answers 204 when a snapshot holds everything that was acknowledged
/// before the request. It needs the right to write only: a save loses and shows no content, and it is what the button
/// "save" of an editor asks for.
/// </summary>
internal sealed class SaveEndpoint(DocumentSaver saver)
{
    public async Task<Results<NoContent, ProblemHttpResult>> PostAsync(
        HttpContext context, CancellationToken cancellation) =>
        await saver.SaveAsync(ApiCall.Of(context).Document, again: false, cancellation) switch
        {
            null => Problem.Later(
                context,
                "The save takes long and goes on; what was acknowledged is in the log meanwhile. Ask again.",
                ProblemKind.StoreUnavailable),
            var (at, reason) when reason == RefusalReason.None && at.IsNone => DocumentRefusal.Absent(context),
            var (_, reason) when reason == RefusalReason.None => TypedResults.NoContent(),
            var (_, reason) => DocumentRefusal.Of(context, reason),
        };
}
