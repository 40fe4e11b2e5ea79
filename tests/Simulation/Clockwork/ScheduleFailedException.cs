namespace Relay.Simulation;

/// <summary>A schedule broke an invariant. The message is one sentence that says which.</summary>
internal sealed class ScheduleFailedException(string message) : Exception(message);
