using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Relay.Access;

/// <summary><c>Auth:Mode</c> <c>jwt</c>: signed tokens (RFC 7519, with the care that RFC 8725 asks for).</summary>
/// <param name="keys">Where the keys come from.</param>
/// <param name="issuer">What <c>iss</c> must be; nothing for anything.</param>
/// <param name="audience">What <c>aud</c> must be, or have among its values; nothing for anything.</param>
/// <param name="time">The clock.</param>
internal sealed class JwtVerifier(IVerificationKeys keys, string? issuer, string? audience, TimeProvider time) : ITokenVerifier
{
    /// <summary>The longest token. A request line, with the token in its query, may have about as many bytes.</summary>
    public const int MaxTokenLength = 8000;

    private const string NoToken = "A token is needed.";
    private const string TooLong = "The token is too long.";
    private const string NotSigned = "The token is not a signed JWT.";
    private const string NoKey = "The token is signed with a key or an algorithm that this relay does not accept.";
    private const string NoKeysNow = "The keys that tokens are checked with cannot be fetched at the moment; try again.";
    private const string BadSignature = "The token's signature is not valid.";
    private const string BadIssuer = "The token is of another issuer.";
    private const string BadAudience = "The token is for another audience.";

    private readonly JsonWebTokenHandler handler = new() { MaximumTokenSizeInBytes = 2 * MaxTokenLength };

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
            var (candidates, isTemporary) = await keys.FindAsync(read.Algorithm, read.KeyId, cancellation);
            if (candidates.Count == 0)
            {
                return isTemporary ? new TokenVerdict(null, NoKeysNow, IsTemporary: true) : new TokenVerdict(null, NoKey);
            }

            return Check(token, candidates) is { } refusal
                ? new TokenVerdict(null, refusal, IsForged: refusal == BadSignature)
                : TokenClaims.Read(read.Claims, time.GetUtcNow());
        }
    }

    /// <summary>Signature, issuer and audience. The library's own words contain pieces of the token, so none of them leave this method.</summary>
    private string? Check(string token, IReadOnlyList<VerificationKey> candidates)
    {
        var result = handler.ValidateToken(token, new TokenValidationParameters
        {
            // Exactly these, whatever the header says about where keys are.
            IssuerSigningKeyResolver = (_, _, _, _) => candidates.Select(key => key.Key),
            RequireSignedTokens = true,
            ValidateIssuer = issuer is not null,
            ValidIssuer = issuer,
            ValidateAudience = audience is not null,
            ValidAudience = audience,

            // Times are checked by this node's clock, with the other claims.
            ValidateLifetime = false,
        });
        return result switch
        {
            { IsValid: true } => null,
            { Exception: SecurityTokenInvalidIssuerException } => BadIssuer,
            { Exception: SecurityTokenInvalidAudienceException } => BadAudience,
            _ => BadSignature,
        };
    }
}
