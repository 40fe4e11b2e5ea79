using System.Text.Json;

namespace Relay.Access;

/// <summary>
/// What the claims of a token whose signature is right say. A refusal names the claim, never its value.
/// </summary>
internal static class TokenClaims
{
    /// <summary>
    /// How far an issuer's clock may be from this node's, in both directions. As much as the clocks of
    /// nodes may be apart.
    /// </summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    /// <param name="claims">The claims.</param>
    /// <param name="issuer">What <c>iss</c> must be; null for anything.</param>
    /// <param name="audience">What <c>aud</c> must be, or have among its values; null for anything.</param>
    /// <param name="now">The time by this node's clock.</param>
    public static TokenVerdict Read(JsonElement claims, string? issuer, string? audience, DateTimeOffset now)
    {
        if (audience is not null && !IsFor(claims, audience))
        {
            return Refuse("The token is for another audience.");
        }

        if (issuer is not null && !(TryGetText(claims, "iss", out var by) && by == issuer))
        {
            return Refuse("The token is of another issuer.");
        }

        if (!claims.TryGetProperty("exp", out var exp) || !TryGetTime(exp, out var expires))
        {
            return Refuse("The token needs a claim exp, a number of seconds since 1970.");
        }

        // So long is it taken, and so long does a connection last: otherwise one would end that could come straight
        // back with the same token.
        expires = expires > DateTimeOffset.MaxValue - ClockSkew ? DateTimeOffset.MaxValue : expires + ClockSkew;
        if (expires <= now)
        {
            return Refuse("The token has ended.");
        }

        if (claims.TryGetProperty("nbf", out var nbf))
        {
            if (!TryGetTime(nbf, out var begins))
            {
                return Refuse("The token's claim nbf must be a number of seconds since 1970.");
            }

            if (begins > now + ClockSkew)
            {
                return Refuse("The token is not valid yet.");
            }
        }

        if (!TryGetText(claims, "sub", out var user))
        {
            return Refuse("The token's claim sub must be a text.");
        }

        if (!TryGetText(claims, "name", out var name))
        {
            return Refuse("The token's claim name must be a text.");
        }

        var rules = claims.TryGetProperty("documents", out var documents)
            ? DocumentRules.TryRead(documents)
            : DocumentRules.None;
        if (rules is null)
        {
            return Refuse(
                "The token's claim documents must be an object from names, or prefixes that end in *, to "
                    + "\"read\" or \"write\".");
        }

        if (claims.TryGetProperty("admin", out var admin)
            && admin.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            return Refuse("The token's claim admin must be true or false.");
        }

        return new TokenVerdict(
            new Grant(rules.To)
            {
                UserId = user,
                UserName = name,
                IsAdmin = admin.ValueKind == JsonValueKind.True,
                Expires = expires
            },
            null);
    }

    private static TokenVerdict Refuse(string sentence) => new(null, sentence);

    private static bool IsFor(JsonElement claims, string audience) =>
        claims.TryGetProperty("aud", out var aud)
        && (aud.ValueKind == JsonValueKind.Array ? aud.EnumerateArray().Any(one => IsAudience(one, audience))
            : IsAudience(aud, audience));

    private static bool IsAudience(JsonElement element, string audience) =>
        CompactToken.TryGetText(element, out var text) && text == audience;

    private static bool TryGetText(JsonElement claims, string name, out string? text) =>
        CompactToken.TryGetText(claims.TryGetProperty(name, out var claim) ? claim : default, out text);

    /// <summary>
    /// A NumericDate (RFC 7519, 2): seconds, possibly with a fraction. What lies outside of the calendar is its first
    /// or last moment.
    /// </summary>
    private static bool TryGetTime(JsonElement claim, out DateTimeOffset time)
    {
        time = default;
        if (claim.ValueKind != JsonValueKind.Number || !claim.TryGetDouble(out var seconds) || double.IsNaN(seconds))
        {
            return false;
        }

        time = seconds >= DateTimeOffset.MaxValue.ToUnixTimeSeconds() ? DateTimeOffset.MaxValue
            : seconds <= DateTimeOffset.MinValue.ToUnixTimeSeconds() ? DateTimeOffset.MinValue
            : DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(seconds);
        return true;
    }
}
