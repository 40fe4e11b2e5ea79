using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Relay.Backplane.Support;

/// <summary>Every wait of a test has an end, and the exception at that end names what it waited for.</summary>
internal static class Patience
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task Soon(this Task task, [CallerArgumentExpression(nameof(task))] string what = "")
    {
        try
        {
            await task.WaitAsync(Limit);
        }
        catch (TimeoutException e) when (!task.IsCompleted)
        {
            throw Exhausted(what, e);
        }
    }

    public static async Task<T> Soon<T>(this Task<T> task, [CallerArgumentExpression(nameof(task))] string what = "")
    {
        await ((Task)task).Soon(what);
        return await task;
    }

    public static Task Soon(this ValueTask task, [CallerArgumentExpression(nameof(task))] string what = "") =>
        task.AsTask().Soon(what);

    public static Task<T> Soon<T>(this ValueTask<T> task, [CallerArgumentExpression(nameof(task))] string what = "") =>
        task.AsTask().Soon(what);

    /// <summary>Asks until the answer is yes.</summary>
    public static async Task UntilAsync(
        Func<Task<bool>> condition, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        for (var start = Stopwatch.GetTimestamp(); !await condition().Soon(what);)
        {
            if (Stopwatch.GetElapsedTime(start) > Limit)
            {
                throw Exhausted(what, null);
            }

            await Task.Yield();
        }
    }

    /// <summary>Blocks a thread that a test holds up until it is let go.</summary>
    public static void Pass(this SemaphoreSlim gate, [CallerArgumentExpression(nameof(gate))] string what = "")
    {
        if (!gate.Wait(Limit))
        {
            throw Exhausted(what, null);
        }
    }

    private static TimeoutException Exhausted(string what, Exception? inner) =>
        new($"The test waited {Limit.TotalSeconds} s in vain for: {what}", inner);
}
