namespace Relay.Peers;

/// <summary>What tells a proof from all others.</summary>
/// <param name="Nonce">The number that was drawn for it.</param>
/// <param name="Milliseconds">When it was made, in milliseconds since 1970 UTC.</param>
internal readonly record struct PeerProofId(UInt128 Nonce, long Milliseconds);
