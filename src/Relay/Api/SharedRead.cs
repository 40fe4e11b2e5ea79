using Relay.Sessions;

namespace Relay.Api;

/// <summary>One read of a document for all who wait for it. <see cref="SharedReads"/> guards it.</summary>
internal sealed class SharedRead
{
    public TaskCompletionSource<(DurableOutcome Outcome, byte[] State)> Done { get; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Cancelled when no caller waits any more.</summary>
    public CancellationTokenSource GivenUp { get; } = new();

    /// <summary>How many wait for it.</summary>
    public int Callers { get; set; }

    public SharedReadStage Stage { get; set; }
}
