using System.Security.Cryptography;
using System.Text;
using BenchmarkDotNet.Attributes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Relay.Access;

namespace Relay.Bench.Framing;

/// <summary>
/// What a check of a token costs, beside the library's whole check of the same token. The adverse twin is a token whose
/// signature is wrong.
/// </summary>
[MemoryDiagnoser]
public class TokenBenchmarks
{
    private const string Claims =
        """{"sub":"ada","name":"Ada","iss":"me","aud":"relay","exp":4000000000,"documents":{"*":"write"}}""";

    private readonly JsonWebTokenHandler handler = new();
    private SecurityKey key = null!;
    private string good = "";
    private string forged = "";
    private JwtVerifier verifier = null!;

    [Params("HS256", "RS256", "ES256")]
    public string Algorithm { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        var rsa = RSA.Create(2048);
        var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var secret = Encoding.UTF8.GetBytes("a secret of at least thirty-two bytes");
        (key, var known) = Algorithm switch
        {
            "HS256" => ((SecurityKey)new SymmetricSecurityKey(secret), VerificationKey.OfSecret(secret)),
            "RS256" => (new RsaSecurityKey(rsa), VerificationKey.OfRsa(rsa.ExportParameters(false))!),
            _ => (new ECDsaSecurityKey(ec), VerificationKey.OfEc(ec.ExportParameters(false))!),
        };
        good = handler.CreateToken(Claims, new SigningCredentials(key, Algorithm));
        forged = good[..^8] + "AAAAAAAA";
        verifier = new JwtVerifier(new FixedKeys([known]), "me", "relay", TimeProvider.System);
    }

    [Benchmark(Baseline = true, Description = "a good token, by the library alone")]
    public Task<bool> Library() => LibraryAsync(good);

    [Benchmark(Description = "a good token")]
    public Task<bool> Good() => OurAsync(good);

    [Benchmark(Description = "a forged token, by the library alone")]
    public Task<bool> LibraryForged() => LibraryAsync(forged);

    [Benchmark(Description = "a forged token")]
    public Task<bool> Forged() => OurAsync(forged);

    private async Task<bool> LibraryAsync(string token)
    {
        var result = await handler.ValidateTokenAsync(
            token,
            new TokenValidationParameters { IssuerSigningKey = key, ValidIssuer = "me", ValidAudience = "relay" });
        return result.IsValid;
    }

    private async Task<bool> OurAsync(string token) => (await verifier.VerifyAsync(token, default)).IsAccepted;
}
