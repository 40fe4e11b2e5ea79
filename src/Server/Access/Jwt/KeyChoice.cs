namespace Relay.Access;

/// <summary>The keys for one token.</summary>
/// <param name="Keys">The keys, possibly none.</param>
/// <param name="IsTemporary">There may be others that cannot be fetched now.</param>
/// <param name="Issuer">Whose tokens these keys sign; null when who publishes them does not say.</param>
internal readonly record struct KeyChoice(
    IReadOnlyList<VerificationKey> Keys, bool IsTemporary = false, string? Issuer = null);
