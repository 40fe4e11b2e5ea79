using Relay.Access;
using Relay.Connections;
using Relay.Problems;
using Relay.Sessions;

namespace Relay.Api;

/// <summary>
/// <c>POST /api/documents/{document}/updates</c>: takes one Yjs update (format V1) the way that updates of clients take, and answers 204 when it is in the log. An update that is there already is answered alike, so a request may be repeated.
/// </summary>
internal sealed class UpdatesEndpoint(RequestGate gate, SessionRegistry sessions, ConnectionLimits limits, TimeProvider time)
{
    public const string Path = DocumentEndpoint.Path + "/updates";

    /// <summary>How long the log may take: as long as a session waits for one call to it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public async Task PostAsync(HttpContext context)
    {
        if (await DocumentRequest.NameAsync(context, following: 1) is not { } name
            || await gate.IdentifyAsync(context, name, AccessLevel.Write) is null
            || await UpdateBody.ReadAsync(context, limits.MaxMessageBytes) is not { } update)
        {
            return;
        }

        var writer = new UpdateWriter();
        var attachment = sessions.Place(name, writer, AccessLevel.Write);
        attachment.Join();
        attachment.Receive([new DocumentMessage(DocumentMessageKind.SyncStep2, update, [], Bytes: update.Length)]);
        CloseReason reason;
        try
        {
            reason = await writer.Done.WaitAsync(Patience, time, context.RequestAborted);
        }
        catch (TimeoutException)
        {
            await DocumentRequest.AnswerLaterAsync(context, "The log does not answer. The update may become part of the document all the same; to send it again is harmless.", ProblemKind.StoreUnavailable);
            return;
        }
        finally
        {
            attachment.Leave(clean: true);
        }

        if (reason == CloseReason.Normal)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        else
        {
            await DocumentRequest.AnswerAsync(context, reason);
        }
    }
}
