namespace Relay.Simulation;

/// <summary>The messages that one connection has brought: each at most once.</summary>
internal sealed class MessagesHeard
{
    private readonly HashSet<ulong> all = [];

    public bool Has(ulong message) => all.Contains(message);

    /// <summary>Why a message must not come now; null if it may.</summary>
    public string? WhyNot(ulong message) => all.Add(message) ? null : "twice";
}
