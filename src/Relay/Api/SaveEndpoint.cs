using Relay.Access;
using Relay.Connections;
using Relay.Problems;

namespace Relay.Api;

/// <summary>
/// <c>POST /api/documents/{document}/save</c>: answers 204 when a snapshot holds everything that was confirmed before
/// the request. For those who may write: a save loses and shows nothing, and it is what the button "save" of an editor
/// asks for.
/// </summary>
internal sealed class SaveEndpoint(RequestGate gate, DocumentSaver saver)
{
    public const string Path = DocumentEndpoint.Path + "/save";

    public async Task PostAsync(HttpContext context)
    {
        if (await DocumentRequest.NameAsync(context, following: 1) is not { } name
            || await gate.IdentifyAsync(context, name, AccessLevel.Write) is null)
        {
            return;
        }

        switch (await saver.SaveAsync(name, again: false, context.RequestAborted))
        {
            case null:
                await DocumentRequest.AnswerLaterAsync(
                    context,
                    "The save takes long and goes on; what was confirmed is in the log meanwhile. Ask again.",
                    ProblemKind.StoreUnavailable);
                break;
            case var (at, reason) when reason == CloseReason.Normal && at.IsNone:
                await DocumentRequest.AnswerAbsentAsync(context);
                break;
            case var (_, reason) when reason == CloseReason.Normal:
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                break;
            case var (_, reason):
                await DocumentRequest.AnswerAsync(context, reason);
                break;
        }
    }
}
