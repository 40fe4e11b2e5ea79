using System.Security.Cryptography;
using Relay.Doubles;

namespace Relay.Access;

/// <summary>Tokens that are signed rightly, with claims of every shape; and signatures of every length.</summary>
public sealed class SignedClaimsTests
{
    private readonly FakeTimeProvider time = new();

    [Theory]
    [InlineData("""{"exp":"tomorrow"}""", "claim exp")]
    [InlineData("""{"exp":null}""", "claim exp")]
    [InlineData("""{"exp":[4000000000]}""", "claim exp")]
    [InlineData("""{}""", "claim exp")]
    [InlineData("""{"exp":-1e300}""", "has ended")]
    [InlineData("""{"exp":4000000000,"nbf":"x"}""", "claim nbf")]
    [InlineData("""{"exp":4000000000,"nbf":1e300}""", "not valid yet")]
    [InlineData("""{"exp":4000000000,"sub":"\ud800"}""", "claim sub")]
    [InlineData("""{"exp":4000000000,"name":7}""", "claim name")]
    public async Task A_claim_of_a_wrong_shape_is_named_and_the_signature_is_not_said_to_be_wrong(
        string claims, string reason)
    {
        var verdict = await VerifyAsync(claims);
        Assert.Contains(reason, verdict.Refusal, StringComparison.Ordinal);
        Assert.False(verdict.IsForged);
    }

    [Theory]
    [InlineData("""{"exp":4000000000,"jti":7,"iat":"x","azp":[],"acr":{},"email":null}""")]
    [InlineData("""{"exp":4000000000,"iss":7,"aud":{"relay":1}}""")]
    [InlineData("""{"exp":1e300}""")]
    [InlineData("""{"exp":1e400,"nbf":-1e400}""")]
    public async Task Claims_that_are_not_looked_at_may_have_any_shape_and_times_any_size(string claims) =>
        Assert.True((await VerifyAsync(claims)).IsAccepted);

    [Theory]
    [InlineData("\"relay\"", true)]
    [InlineData("[7,null,\"relay\"]", true)]
    [InlineData("\"relay/\"", false)]
    [InlineData("[[\"relay\"]]", false)]
    [InlineData("{\"relay\":1}", false)]
    [InlineData("\"\\ud800\"", false)]
    [InlineData("null", false)]
    [InlineData("7", false)]
    public async Task An_audience_is_a_text_or_one_of_several(string audience, bool isAccepted)
    {
        var verdict = await VerifyAsync($$"""{"exp":4000000000,"aud":{{audience}}}""", audience: "relay");
        Assert.Equal(isAccepted ? null : "The token is for another audience.", verdict.Refusal);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("null")]
    [InlineData("[\"me\"]")]
    [InlineData("\"me/\"")]
    [InlineData("\"\\ud800\"")]
    public async Task An_issuer_is_a_text_and_exactly_that_one(string issuer)
    {
        var verdict = await VerifyAsync($$"""{"exp":4000000000,"iss":{{issuer}}}""", issuer: "me");
        Assert.Equal("The token is of another issuer.", verdict.Refusal);
        Assert.False(verdict.IsForged);
    }

    [Fact]
    public async Task A_signature_of_another_length_is_wrong_whatever_it_begins_with()
    {
        using var rsa = RSA.Create(2048);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var claims = TestTokens.Claims(time.GetUtcNow());
        Assert.True(PemKeys.TryRead(
            rsa.ExportSubjectPublicKeyInfoPem() + "\n" + ec.ExportSubjectPublicKeyInfoPem(), out var keys, out _));
        IReadOnlyList<VerificationKey> all = [VerificationKey.OfSecret(TestTokens.Secret), .. keys];
        var verifier = new JwtVerifier(new FixedKeys(all), null, null, time);
        foreach (var token in new[]
        {
            TestTokens.OfSecret(claims), TestTokens.OfSecret(claims, algorithm: "HS512"),
            TestTokens.OfRsa(claims, rsa), TestTokens.OfRsa(claims, rsa, "PS256"), TestTokens.OfEc(claims, ec),
        })
        {
            Assert.True((await verifier.VerifyAsync(token, default)).IsAccepted);
            var dot = token.LastIndexOf('.');
            var signature = System.Buffers.Text.Base64Url.DecodeFromChars(token.AsSpan(dot + 1));
            for (var length = 1; length < signature.Length + 70; length++)
            {
                var other = new byte[length];
                signature.AsSpan(0, Math.Min(length, signature.Length)).CopyTo(other);
                var cut = token[..(dot + 1)] + System.Buffers.Text.Base64Url.EncodeToString(other);
                var verdict = await verifier.VerifyAsync(cut, default);
                Assert.Equal(length != signature.Length, verdict.IsForged);
            }
        }
    }

    [Fact]
    public async Task A_part_that_is_not_as_an_encoder_writes_it_is_refused_though_it_is_signed()
    {
        const string Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        var verifier = new JwtVerifier(new FixedKeys([VerificationKey.OfSecret(TestTokens.Secret)]), null, null, time);
        var claims = TestTokens.Claims(time.GetUtcNow());
        for (var spaces = 0; spaces < 3; spaces++)
        {
            // Of every length modulo three, because it decides how many bits are left over.
            string[] parts =
            [
                TestTokens.Encode(TestTokens.Header("HS256") + new string(' ', spaces)),
                TestTokens.Encode(claims + new string(' ', spaces)),
            ];
            Assert.True((await verifier.VerifyAsync(Signed(parts), default)).IsAccepted);
            for (var i = 0; i < parts.Length; i++)
            {
                var right = parts[i];
                foreach (var wrong in new[]
                {
                    right + "=", right + "==", right + " ", right + "\n", right[..4] + "\t" + right[4..],
                    right + "A", right[..4] + "+" + right[5..], right[..4] + "/" + right[5..],
                    right[..^1] + Digits[Digits.IndexOf(right[^1], StringComparison.Ordinal) ^ 1],
                })
                {
                    parts[i] = wrong;
                    var verdict = await verifier.VerifyAsync(Signed(parts), default);
                    Assert.False(verdict.IsAccepted, wrong);
                    Assert.False(verdict.IsForged, wrong);
                }

                parts[i] = right;
            }
        }

        static string Signed(string[] parts)
        {
            var text = string.Join('.', parts);
            var mac = HMACSHA256.HashData(TestTokens.Secret, System.Text.Encoding.ASCII.GetBytes(text));
            return $"{text}.{System.Buffers.Text.Base64Url.EncodeToString(mac)}";
        }
    }

    [Fact]
    public async Task A_published_key_of_impossible_numbers_verifies_no_token_and_stops_no_other_key()
    {
        using var rsa = RSA.Create(2048);
        var right = rsa.ExportParameters(false);
        byte[] even = [.. right.Modulus![..^1], 0];
        var keys = new List<VerificationKey?>();
        foreach (var modulus in new[] { even, [0x80, .. new byte[255]], Enumerable.Repeat((byte)0xFF, 256).ToArray() })
        {
            foreach (var exponent in new byte[][] { [1], [2], [3], right.Exponent!, modulus })
            {
                keys.Add(VerificationKey.OfRsa(new RSAParameters { Modulus = modulus, Exponent = exponent }));
            }
        }

        keys.Add(VerificationKey.OfRsa(right));
        var verifier = new JwtVerifier(new FixedKeys([.. keys.OfType<VerificationKey>()]), null, null, time);
        var claims = TestTokens.Claims(time.GetUtcNow());
        foreach (var algorithm in new[] { "RS256", "PS512" })
        {
            var token = TestTokens.OfRsa(claims, rsa, algorithm);
            Assert.True((await verifier.VerifyAsync(token, default)).IsAccepted);
            Assert.True((await verifier.VerifyAsync(token[..^8] + "AAAAAAAA", default)).IsForged);
        }
    }

    private ValueTask<TokenVerdict> VerifyAsync(string claims, string? issuer = null, string? audience = null)
    {
        var keys = new FixedKeys([VerificationKey.OfSecret(TestTokens.Secret)]);
        return new JwtVerifier(keys, issuer, audience, time).VerifyAsync(TestTokens.OfSecret(claims), default);
    }
}
