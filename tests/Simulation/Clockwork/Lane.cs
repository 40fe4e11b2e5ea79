namespace Relay.Simulation;

/// <summary>
/// What comes one after the other, in the order in which it was sent: also at a process that was paused, where later
/// steps come while it still takes up the earlier ones.
/// </summary>
internal sealed class Lane(Agenda agenda)
{
    private readonly Queue<Action> underWay = new();
    private TimeSpan last;

    /// <summary>What is sent from now on comes later than it would by so much.</summary>
    public void Hold(TimeSpan time) => last += time;

    /// <summary>Takes a step when what is sent now arrives.</summary>
    /// <param name="owner">The process that takes it, always the same; none for a client.</param>
    /// <param name="after">How long it takes, if what was sent before has come by then.</param>
    /// <param name="step">What it does.</param>
    public void Bring(Process? owner, TimeSpan after, Action step)
    {
        var at = agenda.Now + after;
        last = at > last ? at : last + new TimeSpan(1);
        underWay.Enqueue(step);
        agenda.Add(last - agenda.Now, owner, TakeNext);
    }

    private void TakeNext() => underWay.Dequeue()();
}
