namespace Relay.Access;

/// <summary>The keys of the settings. They have no ids, so a token's <c>kid</c> does not select one.</summary>
internal sealed class FixedKeys(IReadOnlyList<VerificationKey> keys) : IVerificationKeys
{
    public ValueTask<KeyChoice> FindAsync(string algorithm, string? keyId, CancellationToken cancellation) =>
        ValueTask.FromResult(new KeyChoice([.. keys.Where(key => key.Algorithms.Contains(algorithm))]));
}
