using Relay.Sessions;

namespace Relay.Simulation;

/// <summary>
/// One start of one node: everything that its code does runs through here, so that it can be paused and killed. What
/// comes after an await and what mailboxes have to do become steps of the agenda.
/// </summary>
internal sealed class Process(Agenda agenda, SeededRandom random, string name)
    : SynchronizationContext, ISessionScheduler
{
    private readonly List<Action> waiting = [];

    public string Name { get; } = name;

    /// <summary>Killed, or ended: nothing of it ever runs again.</summary>
    public bool IsDead { get; private set; }

    public bool IsPaused { get; private set; }

    /// <summary>
    /// How often an idle mailbox runs at once, inside of the call that gave it work, and not a moment later.
    /// </summary>
    public double Inline { get; init; } = 0.7;

    public override void Post(SendOrPostCallback d, object? state) => agenda.Add(Hop(), this, () => d(state));

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException();

    public override SynchronizationContext CreateCopy() => this;

    void ISessionScheduler.Run(Mailbox mailbox)
    {
        if (random.Chance(Inline))
        {
            mailbox.Drain();
        }
        else
        {
            agenda.Add(Hop(), this, mailbox.Drain);
        }
    }

    bool ISessionScheduler.IsHurried => false;

    void ISessionScheduler.Queue(Mailbox mailbox) => agenda.Add(Hop(), this, mailbox.Drain);

    void ISessionScheduler.Defer(Mailbox mailbox) => agenda.Add(Hop(), this, mailbox.Drain);

    /// <summary>Runs a step as this process; false if it is not running.</summary>
    public bool Enter(Action step)
    {
        if (IsDead)
        {
            return false;
        }

        if (IsPaused)
        {
            waiting.Add(step);
            return false;
        }

        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            step();
        }
        finally
        {
            SetSynchronizationContext(before);
        }

        return true;
    }

    public void Kill()
    {
        IsDead = true;
        waiting.Clear();
    }

    public void Pause() => IsPaused = true;

    /// <summary>Takes up all that came meanwhile, in the order in which it came.</summary>
    public void Resume()
    {
        IsPaused = false;
        var steps = waiting.ToArray();
        waiting.Clear();
        for (var i = 0; i < steps.Length; i++)
        {
            agenda.Add(new TimeSpan(i), this, steps[i]);
        }
    }

    /// <summary>Nearly always at once; sometimes a busy machine lets other things come first.</summary>
    private TimeSpan Hop() => random.Chance(0.05) ? TimeSpan.FromMicroseconds(random.Below(20_000)) : TimeSpan.Zero;
}
