using System.Globalization;
using Relay.Problems;

namespace Relay.Access;

/// <summary>
/// Where those wait whom <see cref="ReturnDelays"/> slows down: before their WebSocket is opened, without a thread
/// and without
/// a place among the node's connections. Thread-safe; bounded.
/// </summary>
/// <param name="delays">Who has to wait.</param>
/// <param name="time">The clock.</param>
/// <param name="stopping">The node stops: those who wait are let in at once, and told to go elsewhere.</param>
/// <param name="places">How many may wait.</param>
internal sealed class WaitingRoom(
    ReturnDelays delays, TimeProvider time, CancellationToken stopping, int places = 1_000)
{
    private int taken;

    public int Count => Volatile.Read(ref taken);

    /// <summary>Waits if that is due; false if there is no place to wait, and then that is answered.</summary>
    /// <param name="context">A request for a WebSocket.</param>
    /// <param name="document">Its document; empty for a socket that may have many.</param>
    /// <param name="who">
    /// The user, if that is known; otherwise the browser tells some clients of an address apart.
    /// </param>
    public async ValueTask<bool> MayGoOnAsync(HttpContext context, string document, string? who)
    {
        var wait = context.Request.Headers.Upgrade.Count == 0
            ? TimeSpan.Zero
            : delays.Take(context.Connection.RemoteIpAddress, document, who);
        if (wait == TimeSpan.Zero)
        {
            return true;
        }

        if (Interlocked.Increment(ref taken) > places)
        {
            Interlocked.Decrement(ref taken);
            context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(
                CultureInfo.InvariantCulture);
            await Problem.AnswerAsync(
                context,
                StatusCodes.Status429TooManyRequests,
                "This client was refused before, and many like it wait already; connect again later.",
                ProblemKind.Limit);
            return false;
        }

        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
            await Task.Delay(wait, time, either.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return !context.RequestAborted.IsCancellationRequested;
        }
        finally
        {
            Interlocked.Decrement(ref taken);
        }
    }
}
