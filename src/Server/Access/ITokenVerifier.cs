namespace Relay.Access;

/// <summary>Checks tokens: the one place that decides who a client is. Thread-safe.</summary>
internal interface ITokenVerifier
{
    /// <summary>Checks a token.</summary>
    /// <param name="token">As the client sent it; null or empty when it sent none.</param>
    /// <param name="cancellation">Ends the wait for keys that have to be fetched.</param>
    /// <returns>
    /// What it allows, or why it is refused: never both, and the reason never contains any of the token.
    /// </returns>
    ValueTask<TokenVerdict> VerifyAsync(string? token, CancellationToken cancellation);
}
