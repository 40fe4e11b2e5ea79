namespace Relay.Simulation;

/// <summary>One direction of a connection: what is sent comes late, and in its order.</summary>
internal sealed class Direction(World world)
{
    private readonly Lane lane = new(world.Agenda);

    /// <summary>What is sent from now on comes later than it would by so much.</summary>
    public void Hold(TimeSpan time) => lane.Hold(time);

    /// <summary>Takes a step when what is sent now arrives.</summary>
    /// <param name="owner">The process that takes it; none for a client.</param>
    /// <param name="step">What it does.</param>
    public void Bring(Process? owner, Action step) => lane.Bring(owner, world.Calls.Delay(), step);
}
