namespace Relay.Simulation;

/// <summary>
/// The way of a call to a service and back. What a service does happens in one moment on the way; the caller hears of
/// it later, wrongly, or never, and a caller that was killed may or may not have had its call carried out.
/// </summary>
internal sealed class Calls(Agenda agenda, SeededRandom random, Weather weather, Motion motion)
{
    /// <summary>Makes a call.</summary>
    /// <param name="caller">The process that calls.</param>
    /// <param name="service">The service.</param>
    /// <param name="effect">What the service does; what it throws is the answer.</param>
    /// <param name="lost">What the caller is told when call or answer is lost.</param>
    /// <param name="cancellation">Ends the waiting, not the call.</param>
    /// <param name="hold">Holds the answer back until it may go out.</param>
    /// <param name="mayBeLate">Whether it can take effect after it was given up for lost.</param>
    /// <param name="what">Which call it is, for the list of what still moves; null for one that a node makes all the
    /// time.</param>
    public ValueTask<T> Make<T>(
        Process caller, Service service, Func<T> effect, Func<Exception> lost, CancellationToken cancellation,
            Action<Action>? hold = null, bool mayBeLate = false, string? what = null)
    {
        if (what is not null)
        {
            motion.Note(caller, what);
        }

        var reply = new TaskCompletionSource<T>();
        if (cancellation.CanBeCanceled)
        {
            cancellation.UnsafeRegister(
                static (r, token) => ((TaskCompletionSource<T>)r!).TrySetCanceled(token), reply);
        }

        if (random.Chance(weather.LostRequests))
        {
            agenda.Add(Delay(), caller, () => reply.TrySetException(lost()));
            return new ValueTask<T>(reply.Task);
        }

        var isLate = mayBeLate && random.Chance(weather.LateRequests);
        var isUnanswered = random.Chance(weather.Hangs);
        var isReplyLost = random.Chance(weather.LostReplies);
        var there = Delay();
        if (isLate)
        {
            agenda.Add(there, caller, () => reply.TrySetException(lost()));
            there += TimeSpan.FromMilliseconds(random.Below(4_000));
        }

        agenda.Add(there, null, () =>
        {
            if (caller.IsDead && random.Chance(0.5))
            {
                return;
            }

            if (!service.IsReachedBy(caller))
            {
                agenda.Add(isUnanswered ? Patience() : Delay(), caller, () => reply.TrySetException(lost()));
                return;
            }

            T result;
            try
            {
                result = effect();
            }
            catch (Exception exception) when (exception is not ScheduleFailedException)
            {
                agenda.Add(Delay(), caller, () => reply.TrySetException(exception));
                return;
            }

            if (isUnanswered)
            {
                agenda.Add(Patience(), caller, () => reply.TrySetException(lost()));
                return;
            }

            if (isLate)
            {
                return;
            }

            if (isReplyLost)
            {
                agenda.Add(Delay(), caller, () => reply.TrySetException(lost()));
            }
            else if (hold is null)
            {
                agenda.Add(Delay(), caller, () => reply.TrySetResult(result));
            }
            else
            {
                hold(() => agenda.Add(Delay(), caller, () => reply.TrySetResult(result)));
            }
        });
        return new ValueTask<T>(reply.Task);
    }

    /// <summary>
    /// How long a caller who is not answered takes the connection for alive: longer than most callers wait.
    /// </summary>
    private TimeSpan Patience() => TimeSpan.FromMilliseconds(5_000 + random.Below(65_000));

    /// <summary>How long something takes on the network: mostly a millisecond.</summary>
    public TimeSpan Delay()
    {
        var most = !random.Chance(weather.LongDelays) ? 2_000 : random.Chance(0.7) ? 100_000 : 3_000_000;
        return TimeSpan.FromMicroseconds(50 + random.Below(most));
    }
}
