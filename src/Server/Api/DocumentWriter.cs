using Microsoft.AspNetCore.Http.HttpResults;
using Relay.Problems;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Api;

/// <summary>
/// Hands an update in the way that updates of clients take, for requests that wait until it is in the log.
/// </summary>
internal sealed class DocumentWriter(SessionRegistry sessions, TimeProvider time)
{
    /// <summary>How long the log may take: as long as a session waits for one call to it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Has the update logged.</summary>
    /// <param name="context">The request.</param>
    /// <param name="name">The document.</param>
    /// <param name="update">A Yjs update (format V1).</param>
    /// <param name="userId">Whose it is, if that is known.</param>
    /// <returns>Null when it is in the log; otherwise the refusal.</returns>
    public async Task<ProblemHttpResult?> WriteAsync(
        HttpContext context, DocumentName name, ReadOnlyMemory<byte> update, string? userId)
    {
        var writer = new UpdateWriter();
        var attachment = sessions.Place(name, writer, AccessLevel.Write, userId, "http");
        attachment.Join();
        attachment.Receive([new DocumentMessage(DocumentMessageKind.SyncStep2, update, [], Bytes: update.Length)]);
        RefusalReason reason;
        try
        {
            reason = await writer.Done.WaitAsync(Patience, time, context.RequestAborted);
        }
        catch (TimeoutException)
        {
            return Problem.Later(
                context,
                "The log does not answer. The update may become part of the document all the same; to send it again "
                + "is harmless.",
                ProblemKind.StoreUnavailable);
        }
        finally
        {
            attachment.Leave(clean: true);
        }

        return reason == RefusalReason.None ? null : DocumentRefusal.Of(context, reason);
    }
}
