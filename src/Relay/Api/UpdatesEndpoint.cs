using Relay.Access;
using Relay.Connections;
using Relay.Sessions;

namespace Relay.Api;

/// <summary>
/// <c>POST /api/documents/{document}/updates</c>: takes one Yjs update (format V1) the way that updates of clients
/// take, and answers 204 when it is in the log. An update that is there already is answered alike, so a request may be
/// repeated.
/// </summary>
internal sealed class UpdatesEndpoint(
    RequestGate gate, DocumentWriter writer, SessionSettings settings, BufferBudget budget)
{
    public const string Path = DocumentEndpoint.Path + "/updates";

    public async Task PostAsync(HttpContext context)
    {
        if (await DocumentRequest.NameAsync(context, following: 1) is not { } name
            || await gate.IdentifyAsync(context, name, AccessLevel.Write) is not { } grant)
        {
            return;
        }

        using var body = new UpdateBody(settings.MaxDocumentBytes, budget);
        if (await body.TryReadAsync(context) && await writer.WriteAsync(context, name, body.Update, grant.UserId))
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
    }
}
