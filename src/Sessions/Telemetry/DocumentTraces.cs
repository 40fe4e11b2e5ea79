using System.Diagnostics;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// Traces of what is rare and takes its time: a document's load, its saves, its recoveries, and their steps on other
/// nodes; docs/operations.md lists them. Never an update. Without a listener they cost a look at a field.
/// </summary>
internal static class DocumentTraces
{
    public const string SourceName = "Relay";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>
    /// The trace that is under way here, for a request to another node (W3C Trace Context); null if none is.
    /// </summary>
    public static string? Traceparent => Activity.Current is { } span && span.Source == Source ? span.Id : null;

    /// <summary>
    /// Work on a document as a trace of its own, not as a part of the request that happens to need it first.
    /// </summary>
    /// <param name="name">Of the span.</param>
    /// <param name="document">What is worked on.</param>
    /// <param name="work">The work; it gets the span, or null when no listener takes it.</param>
    public static async ValueTask<T> TraceAsync<T>(string name, DocumentName document,
        Func<Activity?, ValueTask<T>> work)
    {
        if (!Source.HasListeners())
        {
            return await work(null);
        }

        // Seen by this method and what it calls, and by no other.
        Activity.Current = null;
        using var span = Source.StartActivity(name);
        span?.SetTag("relay.document", document.Value);
        return await EndAsync(span, work);
    }

    /// <summary>A step of the work that is being traced.</summary>
    public static async ValueTask<T> StepAsync<T>(string name, Func<Activity?, ValueTask<T>> work)
    {
        using var span = Activity.Current?.Source == Source ? Source.StartActivity(name) : null;
        return await EndAsync(span, work);
    }

    /// <summary>Work for another node, in that one's trace.</summary>
    /// <param name="name">Of the span.</param>
    /// <param name="document">What is worked on.</param>
    /// <param name="traceparent">What the other node's request says of its trace (W3C Trace Context); null if it has
    /// none.</param>
    public static Activity? Answer(string name, DocumentName document, string? traceparent)
    {
        if (!Source.HasListeners() || !ActivityContext.TryParse(traceparent, null, isRemote: true, out var parent))
        {
            return null;
        }

        return Source.StartActivity(name, ActivityKind.Server, parent)?.SetTag("relay.document", document.Value);
    }

    private static async ValueTask<T> EndAsync<T>(Activity? span, Func<Activity?, ValueTask<T>> work)
    {
        try
        {
            return await work(span);
        }
        catch (Exception exception)
        {
            span?.SetStatus(ActivityStatusCode.Error, exception.Message).AddException(exception);
            throw;
        }
    }
}
