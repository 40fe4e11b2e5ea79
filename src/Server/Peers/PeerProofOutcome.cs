namespace Relay.Peers;

/// <summary>What a proof is worth.</summary>
internal enum PeerProofOutcome
{
    /// <summary>Whoever made it knows the secret, means this request to this node, and made it just now.</summary>
    Valid,

    /// <summary>The request has none, or one that does not read.</summary>
    Missing,

    /// <summary>It was made with another secret, for another node, or for another request.</summary>
    Wrong,

    /// <summary>
    /// It is right but for its time: it was sent before, or the clocks of the two nodes differ by more than the allowed
    /// skew.
    /// </summary>
    Untimely,

    /// <summary>
    /// It is right, but was used before, or is so old that it may have been (<see cref="UsedProofs"/>).
    /// </summary>
    Used,
}
