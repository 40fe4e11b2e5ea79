namespace Relay.Access;

/// <summary>Where the keys of tokens come from. Thread-safe.</summary>
internal interface IVerificationKeys
{
    /// <summary>
    /// The keys that a token with this header may be signed with, none if there are none, never keys of another kind
    /// than the algorithm's.
    /// </summary>
    /// <param name="algorithm">The header's <c>alg</c>.</param>
    /// <param name="keyId">The header's <c>kid</c>.</param>
    /// <param name="cancellation">Ends the wait for keys that have to be fetched.</param>
    ValueTask<KeyChoice> FindAsync(string algorithm, string? keyId, CancellationToken cancellation);
}
