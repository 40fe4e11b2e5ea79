namespace Relay.Access;

/// <summary>
/// <c>Auth:Mode</c> <c>jwt</c>: signed tokens (RFC 7519, with the care that RFC 8725 asks for).
/// </summary>
/// <param name="keys">Where the keys come from.</param>
/// <param name="issuer">What <c>iss</c> must be; null for anything, unless who publishes the keys says it.</param>
/// <param name="audience">What <c>aud</c> must be, or have among its values; null for anything.</param>
/// <param name="time">The clock.</param>
internal sealed class JwtVerifier(IVerificationKeys keys, string? issuer, string? audience, TimeProvider time)
    : ITokenVerifier
{
    /// <summary>The longest token. A request line, with the token in its query, may have about as many bytes.</summary>
    public const int MaxTokenLength = 8000;

    private const string NoToken = "A token is needed.";
    private const string TooLong = "The token is too long.";
    private const string NotSigned = "The token is not a signed JWT.";
    private const string NoKey = "The token is signed with a key or an algorithm that this relay does not accept.";
    private const string NoKeysNow =
        "The keys that tokens are checked with cannot be fetched at the moment; try again.";
    private const string BadSignature = "The token's signature is not valid.";

    public async ValueTask<TokenVerdict> VerifyAsync(string? token, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(token))
        {
            return new TokenVerdict(null, NoToken);
        }

        if (token.Length > MaxTokenLength)
        {
            return new TokenVerdict(null, TooLong);
        }

        if (!CompactToken.TryRead(token, out var read))
        {
            return new TokenVerdict(null, NotSigned);
        }

        using (read)
        {
            var choice = await keys.FindAsync(read.Algorithm, read.KeyId, cancellation);
            if (choice.Keys.Count == 0)
            {
                return choice.IsTemporary ? new TokenVerdict(null, NoKeysNow, IsTemporary: true)
                    : new TokenVerdict(null, NoKey);
            }

            // Claims are looked at only when it is known who wrote them.
            return IsSigned(read, choice.Keys)
                ? TokenClaims.Read(read.Claims, choice.Issuer ?? issuer, audience, time.GetUtcNow())
                : new TokenVerdict(null, BadSignature, IsForged: true);
        }
    }

    private static bool IsSigned(CompactToken token, IReadOnlyList<VerificationKey> candidates)
    {
        foreach (var key in candidates)
        {
            if (key.HasSigned(token.Signed, token.Signature, token.Algorithm))
            {
                return true;
            }
        }

        return false;
    }
}
