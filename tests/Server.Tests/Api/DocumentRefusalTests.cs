using Microsoft.AspNetCore.Http;
using Relay.Connections;
using Relay.Sessions;

namespace Relay.Api;

public sealed class DocumentRefusalTests
{
    [Theory]
    [InlineData(nameof(RefusalReason.BadMessage), 503, "store-unavailable")]
    [InlineData(nameof(RefusalReason.BadUpdate), 400, "bad-update")]
    [InlineData(nameof(RefusalReason.DocumentDeleted), 410, "document-deleted")]
    [InlineData(nameof(RefusalReason.DocumentIsFull), 503, "limit")]
    [InlineData(nameof(RefusalReason.DocumentTooLarge), 413, "limit")]
    [InlineData(nameof(RefusalReason.DocumentUnreadable), 500, "document-unreadable")]
    [InlineData(nameof(RefusalReason.InternalError), 503, "store-unavailable")]
    [InlineData(nameof(RefusalReason.NodeIsFull), 503, "limit")]
    [InlineData(nameof(RefusalReason.StoreUnavailable), 503, "store-unavailable")]
    public void A_session_s_refusal_is_a_problem_in_the_words_of_a_WebSocket(string name, int status, string kind)
    {
        var reason = Enum.Parse<RefusalReason>(name);
        var context = new DefaultHttpContext();
        var problem = DocumentRefusal.Of(context, reason);
        Assert.Equal(
            (status, "docs/protocol.md#problem-" + kind, CloseReason.Of(reason).Text),
            (problem.StatusCode, problem.ProblemDetails.Type, problem.ProblemDetails.Detail));
        Assert.Equal(status == 503, context.Response.Headers.RetryAfter.Count > 0);
    }
}
