namespace Relay.Api;

/// <summary>One state for all to whom it is sent. <see cref="HeldStates"/> guards it.</summary>
internal sealed class HeldState
{
    /// <summary>Whether it was charged, once that is known.</summary>
    public required Task<bool> Charge { get; init; }

    /// <summary>Cancelled when no holder waits for the charge any more.</summary>
    public required CancellationTokenSource GivenUp { get; init; }

    /// <summary>How many have it, or wait for its charge.</summary>
    public int Holders { get; set; }
}
