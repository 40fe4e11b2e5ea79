namespace Relay.Simulation;

/// <summary>
/// Everything that is still to happen, in the order of fake time; what falls on the same moment is shuffled by the
/// seed. Nothing in a simulated world runs but from here, on one thread: whoever adds from another one
/// has left the schedule, and is told so.
/// </summary>
internal sealed class Agenda(SeededRandom random)
{
    private readonly PriorityQueue<(Process? Owner, Action Action), (long At, ulong Tie)> queue = new();
    private readonly int thread = Environment.CurrentManagedThreadId;

    /// <summary>Fake time since the beginning.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>How much has happened.</summary>
    public int Steps { get; private set; }

    /// <summary>A number that is equal for equal schedules only.</summary>
    public ulong Fingerprint { get; private set; }

    /// <summary>Called after each step, with the process that took it.</summary>
    public Action<Process?> AfterStep { get; set; } = static _ => { };

    /// <summary>Adds a step.</summary>
    /// <param name="after">How long from now.</param>
    /// <param name="owner">The process that takes it: not while it is paused, and never once it is dead. Nothing for
    /// services, clients and the world.</param>
    /// <param name="action">The step.</param>
    public void Add(TimeSpan after, Process? owner, Action action)
    {
        if (Environment.CurrentManagedThreadId != thread)
        {
            throw new ScheduleFailedException("Something ran outside of the schedule, on another thread.");
        }

        queue.Enqueue((owner, action), (Now.Ticks + Math.Max(0, after.Ticks), random.Next()));
    }

    /// <summary>Runs what falls into the next <paramref name="time"/>.</summary>
    public void Run(TimeSpan time)
    {
        var end = Now + time;
        while (queue.TryPeek(out var step, out var when) && when.At <= end.Ticks)
        {
            queue.Dequeue();
            Now = new TimeSpan(when.At);
            if (step.Owner is { } owner)
            {
                if (!owner.Enter(step.Action))
                {
                    continue;
                }
            }
            else
            {
                step.Action();
            }

            Fingerprint = (Fingerprint ^ when.Tie) * 0x100000001B3;
            Steps++;
            AfterStep(step.Owner);
        }

        Now = end;
    }
}
