using System.Globalization;
using Relay.Problems;

namespace Relay.Access;

/// <summary>Where those wait whom <see cref="ReturnDelays"/> slows down: before their WebSocket is opened, without a thread and without a place among the node's connections. Thread-safe; bounded.</summary>
internal sealed class WaitingRoom(ReturnDelays delays, TimeProvider time, int places = 1_000)
{
    private int taken;

    public int Count => Volatile.Read(ref taken);

    /// <summary>Waits if that is due; false if there is no place to wait, and then that is answered.</summary>
    /// <param name="context">A request for a WebSocket.</param>
    /// <param name="document">Its document; empty for a socket that may have many.</param>
    public async ValueTask<bool> MayGoOnAsync(HttpContext context, string document)
    {
        var wait = context.Request.Headers.Upgrade.Count == 0 ? TimeSpan.Zero : delays.Take(context.Connection.RemoteIpAddress, document);
        if (wait == TimeSpan.Zero)
        {
            return true;
        }

        if (Interlocked.Increment(ref taken) > places)
        {
            Interlocked.Decrement(ref taken);
            context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            await Problem.AnswerAsync(context, StatusCodes.Status429TooManyRequests, "This client was refused for the same reason before; connect again later.", ProblemKind.Limit);
            return false;
        }

        try
        {
            await Task.Delay(wait, time, context.RequestAborted);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        finally
        {
            Interlocked.Decrement(ref taken);
        }
    }
}
