using System.Net;

namespace Relay.Access;

/// <summary>
/// Checks the tokens of clients, whatever protocol they speak: <see cref="ForgedTokens"/> bounds for each address how
/// many wrong signatures that takes. Thread-safe.
/// </summary>
internal sealed class ClientTokens(ITokenVerifier verifier, ForgedTokens forged)
{
    public const string HeldBack =
        "Too many tokens from this address have signatures that are not valid; try again later.";

    /// <summary>Checks a token, unless its address has sent too many wrong ones.</summary>
    /// <param name="address">Where it comes from; null where that is not known.</param>
    /// <param name="token">As the client sent it; null or empty when it sent none.</param>
    /// <param name="cancellation">Ends the wait for keys that have to be fetched.</param>
    public async ValueTask<TokenVerdict> VerifyAsync(
        IPAddress? address, string? token, CancellationToken cancellation)
    {
        if (!forged.MayCheck(address, token))
        {
            return new TokenVerdict(null, HeldBack, IsHeldBack: true);
        }

        var verdict = await verifier.VerifyAsync(token, cancellation);
        forged.Checked(address, token, verdict);
        return verdict;
    }
}
