using Relay.Sessions;

namespace Relay.Peers;

/// <summary>What came of reading a peer's answer.</summary>
/// <param name="State">The state; null if it is refused.</param>
/// <param name="Refusal">Why it is refused, in the words that follow "it"; null if it is not.</param>
internal readonly record struct PeerAnswer(PeerState? State, string? Refusal)
{
    /// <summary>For whatever is not the answer of a node of ours to this question.</summary>
    public static PeerAnswer Unusable => new(null, "is no whole state signed by a node of ours");
}
