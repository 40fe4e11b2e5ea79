using Relay.Doubles;

namespace Relay.Access;

/// <summary>Verifiers of JWTs with fixed keys, and what they refuse.</summary>
internal static class TestVerifiers
{
    public static JwtVerifier OfSecret(TimeProvider time, string? issuer = null, string? audience = null) =>
        new(new FixedKeys([VerificationKey.OfSecret(TestTokens.Secret)]), issuer, audience, time);

    public static JwtVerifier OfPem(string pem, TimeProvider time)
    {
        Assert.True(PemKeys.TryRead(pem, out var keys, out var error), error);
        return new JwtVerifier(new FixedKeys(keys), null, null, time);
    }

    public static async Task RefusedAsync(JwtVerifier verifier, string? token, string reason)
    {
        var verdict = await verifier.VerifyAsync(token, default);
        Assert.False(verdict.IsAccepted);
        Assert.False(verdict.IsTemporary);
        Assert.Contains(reason, verdict.Refusal, StringComparison.Ordinal);
        Assert.All((token ?? "").Split('.').Where(part => part.Length > 7),
            part => Assert.DoesNotContain(part, verdict.Refusal!, StringComparison.Ordinal));
    }
}
