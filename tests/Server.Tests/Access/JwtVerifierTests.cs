using System.Security.Cryptography;
using System.Text;
using Relay.Doubles;
using Relay.Sessions;
using Relay.Yjs;
using static Relay.Access.TestVerifiers;

namespace Relay.Access;

public sealed class JwtVerifierTests : IDisposable
{
    private readonly FakeTimeProvider time = new();
    private readonly RSA rsa = RSA.Create(2048);
    private readonly ECDsa ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private DateTimeOffset Now => time.GetUtcNow();

    public void Dispose()
    {
        rsa.Dispose();
        ec.Dispose();
    }

    [Theory]
    [InlineData("HS256")]
    [InlineData("HS384")]
    [InlineData("HS512")]
    public async Task A_token_that_is_signed_with_the_secret_says_who_it_is_for_and_what_it_allows(string algorithm)
    {
        var token = TestTokens.OfSecret(
            TestTokens.Claims(Now,
                new
                {
                    name = "Ada",
                    documents = new { a = "read" },
                    admin = true,
                    nbf = Now.ToUnixTimeSeconds(),
                    iat = 1,
                    unknown = new[] { 1 }
                }), null, algorithm);
        var grant = (await Verifier().VerifyAsync(token, default)).Grant!;
        Assert.Equal(("ada", "Ada", true), (grant.UserId, grant.UserName, grant.IsAdmin));
        Assert.Equal((AccessLevel.Read, AccessLevel.None),
            (grant.To(DocumentName.Create("a")), grant.To(DocumentName.Create("b"))));
        Assert.Equal(Now + TimeSpan.FromHours(1) + TokenClaims.ClockSkew, grant.Expires);
    }

    [Theory]
    [InlineData("RS256")]
    [InlineData("RS384")]
    [InlineData("RS512")]
    [InlineData("PS256")]
    [InlineData("PS384")]
    [InlineData("PS512")]
    public async Task A_token_that_is_signed_with_an_rsa_key_is_accepted(string algorithm) =>
        Assert.True(
            (await OfPem(rsa.ExportSubjectPublicKeyInfoPem())
                .VerifyAsync(TestTokens.OfRsa(TestTokens.Claims(Now), rsa, algorithm), default)).IsAccepted);

    [Theory]
    [InlineData("1.2.840.10045.3.1.7", "ES256")]
    [InlineData("1.3.132.0.34", "ES384")]
    [InlineData("1.3.132.0.35", "ES512")]
    public async Task A_token_that_is_signed_on_a_curve_is_accepted_with_the_algorithm_of_that_curve_only(string curve,
        string algorithm)
    {
        using var key = ECDsa.Create(ECCurve.CreateFromValue(curve));
        var verifier = OfPem(key.ExportSubjectPublicKeyInfoPem());
        foreach (var used in new[] { "ES256", "ES384", "ES512" })
        {
            Assert.Equal(used == algorithm,
                (await verifier.VerifyAsync(TestTokens.OfEc(TestTokens.Claims(Now), key, used), default)).IsAccepted);
        }
    }

    [Fact]
    public async Task Another_secret_and_another_key_are_refused()
    {
        using var other = RSA.Create(2048);
        using var otherEc = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await RefusedAsync(Verifier(),
            TestTokens.OfSecret(TestTokens.Claims(Now), "another secret of at least 32 bytes"u8.ToArray()),
            "signature");
        await RefusedAsync(OfPem(rsa.ExportSubjectPublicKeyInfoPem()),
            TestTokens.OfRsa(TestTokens.Claims(Now), other), "signature");
        await RefusedAsync(OfPem(ec.ExportSubjectPublicKeyInfoPem()),
            TestTokens.OfEc(TestTokens.Claims(Now), otherEc), "signature");
    }

    [Fact]
    public async Task Every_changed_character_is_noticed()
    {
        var token = TestTokens.OfSecret(TestTokens.Claims(Now));
        for (var i = 0; i < token.Length; i++)
        {
            var changed = token.ToCharArray();
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            Assert.False((await Verifier().VerifyAsync(new string(changed), default)).IsAccepted);
        }
    }

    [Fact]
    public async Task A_public_key_is_never_taken_for_a_secret()
    {
        foreach (var pem in new[] { rsa.ExportSubjectPublicKeyInfoPem(), rsa.ExportRSAPublicKeyPem(),
            ec.ExportSubjectPublicKeyInfoPem() })
        {
            foreach (var secret in new[] { pem, pem + "\n", pem.ReplaceLineEndings("\r\n") })
            {
                await RefusedAsync(OfPem(pem),
                    TestTokens.OfSecret(TestTokens.Claims(Now), Encoding.ASCII.GetBytes(secret)), "algorithm");
            }
        }

        await RefusedAsync(Verifier(), TestTokens.OfRsa(TestTokens.Claims(Now), rsa), "algorithm");
        await RefusedAsync(OfPem(rsa.ExportSubjectPublicKeyInfoPem()),
            TestTokens.OfEc(TestTokens.Claims(Now), ec), "algorithm");
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("NONE")]
    [InlineData("")]
    [InlineData("hs256")]
    [InlineData("HS256 ")]
    [InlineData("ES256K")]
    [InlineData("EdDSA")]
    [InlineData("http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")]
    public async Task No_other_algorithm_is_known_least_of_all_none(string algorithm)
    {
        var header = TestTokens.Header(algorithm);
        await RefusedAsync(Verifier(),
            TestTokens.Sign(header, TestTokens.Claims(Now), bytes => HMACSHA256.HashData(TestTokens.Secret, bytes)),
            "algorithm");
        await RefusedAsync(Verifier(), $"{TestTokens.Encode(header)}.{TestTokens.Encode(TestTokens.Claims(Now))}.",
            "is not a signed JWT");
        await RefusedAsync(Verifier(), $"{TestTokens.Encode(header)}.{TestTokens.Encode(TestTokens.Claims(Now))}",
            "is not a signed JWT");
    }

    [Theory]
    [InlineData("""{"alg":"HS256","crit":["x"],"x":1}""")]
    [InlineData("""{"alg":"HS256","alg":"HS256"}""")]
    [InlineData("""{"alg":["HS256"]}""")]
    [InlineData("""{"typ":"JWT"}""")]
    [InlineData("""{"alg":"HS256","kid":7}""")]
    [InlineData("""["HS256"]""")]
    [InlineData("""{"alg":"HS256"} {}""")]
    [InlineData("")]
    public async Task A_header_that_is_none_is_refused(string header) =>
        await RefusedAsync(Verifier(),
            TestTokens.Sign(header, TestTokens.Claims(Now), bytes => HMACSHA256.HashData(TestTokens.Secret, bytes)),
            "is not a signed JWT");

    [Fact]
    public async Task What_the_header_says_about_where_keys_are_is_not_looked_at()
    {
        var mine = rsa.ExportParameters(false);
        var modulus = Convert.ToBase64String(mine.Modulus!);
        var header = $$$"""
            {"alg":"RS256","jku":"http://127.0.0.1:1/keys","jwk":{"kty":"RSA","n":"{{{modulus}}}","e":"AQAB"}}
            """;
        using var configured = RSA.Create(2048);
        var token = TestTokens.Sign(header, TestTokens.Claims(Now),
            bytes => rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        await RefusedAsync(OfPem(configured.ExportSubjectPublicKeyInfoPem()), token, "signature");
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public async Task Without_a_token_no_client_comes_in(string? token) =>
        await RefusedAsync(Verifier(), token, "A token is needed");

    [Theory]
    [InlineData("undefined")]
    [InlineData("..")]
    [InlineData("a.b.c")]
    [InlineData("e30.e30.e30.e30")]
    [InlineData("e30.e30.e30.e30.e30")]
    [InlineData("e30=.e30=.AAAA")]
    [InlineData("ä.ä.ä")]
    public async Task What_is_no_token_is_refused(string token) =>
        await RefusedAsync(Verifier(), token, "is not a signed JWT");

    [Fact]
    public async Task A_payload_that_is_deep_or_no_object_is_refused_before_the_signature_is_looked_at()
    {
        foreach (var payload in new[] { new string('[', 2000),
            $$"""{"a":{{new string('[', 20)}}{{new string(']', 20)}}}""", "[]", "7", "null", "",
            """{"sub":"a","sub":"b"}""", "{\"a\":\"\xFF\"" })
        {
            await RefusedAsync(Verifier(), TestTokens.OfSecret(payload), "is not a signed JWT");
        }
    }

    [Fact]
    public async Task A_token_that_is_too_long_is_refused_unread()
    {
        await RefusedAsync(Verifier(), new string('A', JwtVerifier.MaxTokenLength + 1), "too long");
        var documents = Enumerable.Range(0, 200).ToDictionary(i => $"document number {i}", _ => "read");
        var long200 = TestTokens.OfSecret(TestTokens.Claims(Now, new { documents }));
        Assert.InRange(long200.Length, 6000, JwtVerifier.MaxTokenLength);
        Assert.True((await Verifier().VerifyAsync(long200, default)).IsAccepted);
    }

    [Fact]
    public async Task While_secrets_are_exchanged_both_hold()
    {
        var second = "the secret that comes next, of 32 bytes"u8.ToArray();
        var verifier = new JwtVerifier(
            new FixedKeys([VerificationKey.OfSecret(TestTokens.Secret), VerificationKey.OfSecret(second)]),
            null, null, time);
        Assert.True((await verifier.VerifyAsync(TestTokens.OfSecret(TestTokens.Claims(Now)), default)).IsAccepted);
        Assert.True(
            (await verifier.VerifyAsync(TestTokens.OfSecret(TestTokens.Claims(Now), second), default)).IsAccepted);
        await RefusedAsync(verifier,
            TestTokens.OfSecret(TestTokens.Claims(Now), "a third one that nobody knows of, 32 bytes"u8.ToArray()),
            "signature");
    }

    [Fact]
    public async Task Many_at_once_are_checked_alike()
    {
        var verifier = OfPem(rsa.ExportSubjectPublicKeyInfoPem() + "\n" + ec.ExportSubjectPublicKeyInfoPem());
        var good = new[] { TestTokens.OfRsa(TestTokens.Claims(Now), rsa, "PS256"),
            TestTokens.OfRsa(TestTokens.Claims(Now), rsa), TestTokens.OfEc(TestTokens.Claims(Now), ec) };
        var bad = good.Select(token => token[..^8] + "AAAAAAAA").ToArray();
        await Parallel.ForAsync(0, 600, async (i, cancellation) =>
        {
            Assert.True((await verifier.VerifyAsync(good[i % 3], cancellation)).IsAccepted);
            Assert.False((await verifier.VerifyAsync(bad[i % 3], cancellation)).IsAccepted);
        });
    }

    private JwtVerifier Verifier() => OfSecret(time);

    private JwtVerifier OfPem(string pem) => TestVerifiers.OfPem(pem, time);
}
