using Relay.Logging;
using Relay.Telemetry;

namespace Relay.Problems;

/// <summary>
/// Around all of the node's addresses: counts refusals, and gives those a body that have none, because no address or no
/// method fits, the server refused the body, or something went wrong. What went wrong is for the log, not for the
/// asker.
/// </summary>
internal sealed partial class RefusalPages(RelayMetrics metrics, ILogger<RefusalPages> logger)
{
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone.
            return;
        }
        catch (BadHttpRequestException refused) when (!context.Response.HasStarted)
        {
            context.Response.Clear();
            context.Response.StatusCode = refused.StatusCode;
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            LogFailed(logger, exception, context.Request.Method, context.TraceIdentifier);
            context.Response.Clear();
            await Problem.AnswerAsync(
                context, StatusCodes.Status500InternalServerError,
                    "Something went wrong on this node; its log says more under this request's id.",
                    instance: "urn:relay:request:" + context.TraceIdentifier);
        }

        var status = context.Response.StatusCode;
        if (status < StatusCodes.Status400BadRequest)
        {
            return;
        }

        metrics.Refused(status);
        if (!context.Response.HasStarted && context.Response.ContentType is null)
        {
            await Problem.AnswerAsync(context, status, Sentence(context, status));
        }
    }

    private static string Sentence(HttpContext context, int status) => status switch
    {
        StatusCodes.Status404NotFound =>
            "This node has no such address. In an address under /api, a slash in a document's name is written %2F.",
        StatusCodes.Status405MethodNotAllowed =>
            $"This address does not take {context.Request.Method}; Allow says what it takes.",
        StatusCodes.Status413PayloadTooLarge => "The body is too large.",
        _ => "The request is not one that this node can answer.",
    };

    [LoggerMessage(LogEvents.RequestFailed, LogLevel.Error, "A {Method} request failed ({Request})")]
    private static partial void LogFailed(ILogger logger, Exception exception, string method, string request);
}
