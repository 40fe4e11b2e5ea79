using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Relay.Access;

/// <summary>A key that tokens may be signed with, and the only algorithms with which it is used: a public key is never taken for a secret (RFC 8725, 3.1). Immutable.</summary>
internal sealed class VerificationKey
{
    /// <summary>The shortest secret, in bytes: as long as the shortest of the hashes that it is used with (RFC 7518, 3.2).</summary>
    public const int MinSecretBytes = 32;

    /// <summary>The shortest RSA key, in bits (RFC 7518, 3.3).</summary>
    public const int MinRsaBits = 2048;

    /// <summary>Longer ones would make a check expensive.</summary>
    public const int MaxRsaBits = 8192;

    private VerificationKey(string? id, SecurityKey key, params string[] algorithms)
    {
        Id = id;
        Key = key;
        Algorithms = algorithms;
    }

    /// <summary>What a token's <c>kid</c> says; nothing for a key of the settings.</summary>
    public string? Id { get; }

    public SecurityKey Key { get; }

    public IReadOnlyList<string> Algorithms { get; }

    public static VerificationKey OfSecret(byte[] secret)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(secret.Length, MinSecretBytes);
        return new VerificationKey(null, new SymmetricSecurityKey(secret), SecurityAlgorithms.HmacSha256, SecurityAlgorithms.HmacSha384, SecurityAlgorithms.HmacSha512);
    }

    /// <summary>Nothing for a key that is too short, too long or no key.</summary>
    public static VerificationKey? OfRsa(RSAParameters parameters, string? id = null, string? algorithm = null)
    {
        string[] all =
        [
            SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        ];
        try
        {
            using var rsa = RSA.Create(parameters);
            return rsa.KeySize is < MinRsaBits or > MaxRsaBits ? null : Limited(id, new RsaSecurityKey(rsa.ExportParameters(false)), all, algorithm);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Nothing for a key on another curve than P-256, P-384 and P-521, or that is no point on it.</summary>
    public static VerificationKey? OfEc(ECParameters parameters, string? id = null, string? algorithm = null)
    {
        try
        {
            // It stays with the key for as long as that lives.
            var key = ECDsa.Create(parameters);
            string? ofCurve = key.ExportParameters(false).Curve.Oid.Value switch
            {
                "1.2.840.10045.3.1.7" => SecurityAlgorithms.EcdsaSha256,
                "1.3.132.0.34" => SecurityAlgorithms.EcdsaSha384,
                "1.3.132.0.35" => SecurityAlgorithms.EcdsaSha512,
                _ => null,
            };
            return ofCurve is null ? null : Limited(id, new ECDsaSecurityKey(key), [ofCurve], algorithm);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or PlatformNotSupportedException)
        {
            return null;
        }
    }

    /// <summary>A key whose publisher says which algorithm it is for is for no other.</summary>
    private static VerificationKey? Limited(string? id, SecurityKey key, string[] algorithms, string? only) =>
        only is null ? new VerificationKey(id, key, algorithms)
        : algorithms.Contains(only) ? new VerificationKey(id, key, only) : null;
}
