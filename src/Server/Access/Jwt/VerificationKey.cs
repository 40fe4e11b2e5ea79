using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Relay.Access;

/// <summary>
/// A key that tokens may be signed with, and the only algorithms with which it is used: a public key is never taken for
/// a secret (RFC 8725, 3.1). Immutable, thread-safe.
/// </summary>
internal sealed class VerificationKey
{
    /// <summary>
    /// The shortest secret, in bytes: as long as the shortest of the hashes that it is used with (RFC 7518, 3.2).
    /// </summary>
    public const int MinSecretBytes = 32;

    /// <summary>The shortest RSA key, in bits (RFC 7518, 3.3).</summary>
    public const int MinRsaBits = 2048;

    /// <summary>Longer ones would make a check expensive.</summary>
    public const int MaxRsaBits = 8192;

    private readonly byte[]? secret;
    private readonly SecurityKey? key;

    private VerificationKey(string? id, byte[]? secret, SecurityKey? key, params string[] algorithms)
    {
        Id = id;
        this.secret = secret;
        this.key = key;
        Algorithms = algorithms;
    }

    /// <summary>What a token's <c>kid</c> says; null for a key of the settings.</summary>
    public string? Id { get; }

    public IReadOnlyList<string> Algorithms { get; }

    public static VerificationKey OfSecret(byte[] secret)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(secret.Length, MinSecretBytes);
        return new VerificationKey(
            null,
            secret,
            null,
            SecurityAlgorithms.HmacSha256,
            SecurityAlgorithms.HmacSha384,
            SecurityAlgorithms.HmacSha512);
    }

    /// <summary>Whether this key made the signature, with one of its algorithms.</summary>
    /// <param name="signed">What was signed.</param>
    /// <param name="signature">The signature, not empty.</param>
    /// <param name="algorithm">The algorithm that the token names.</param>
    public bool HasSigned(byte[] signed, byte[] signature, string algorithm)
    {
        if (!Algorithms.Contains(algorithm))
        {
            return false;
        }

        if (secret is not null)
        {
            return CryptographicOperations.FixedTimeEquals(Mac(secret, signed, algorithm), signature);
        }

        return HasSigned(key!, signed, signature, algorithm);
    }

    /// <summary>Null for a key that is too short, too long or no key.</summary>
    public static VerificationKey? OfRsa(RSAParameters parameters, string? id = null, string? algorithm = null)
    {
        string[] all =
        [
            SecurityAlgorithms.RsaSha256,
            SecurityAlgorithms.RsaSha384,
            SecurityAlgorithms.RsaSha512,
            SecurityAlgorithms.RsaSsaPssSha256,
            SecurityAlgorithms.RsaSsaPssSha384,
            SecurityAlgorithms.RsaSsaPssSha512,
        ];
        try
        {
            using var rsa = RSA.Create(parameters);
            return rsa.KeySize is < MinRsaBits or > MaxRsaBits
                ? null
                : Limited(id, new RsaSecurityKey(rsa.ExportParameters(false)), all, algorithm);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Null for a key on another curve than P-256, P-384 and P-521, or that is no point on it.</summary>
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
        catch (Exception exception) when (exception is CryptographicException or ArgumentException
            or PlatformNotSupportedException)
        {
            return null;
        }
    }

    /// <summary>A key whose publisher says which algorithm it is for is for no other.</summary>
    private static VerificationKey? Limited(string? id, SecurityKey key, string[] algorithms, string? only) =>
        only is null ? new VerificationKey(id, null, key, algorithms)
        : algorithms.Contains(only) ? new VerificationKey(id, null, key, only) : null;

    private static bool HasSigned(SecurityKey key, byte[] signed, byte[] signature, string algorithm)
    {
        // The factory keeps one for each key and algorithm, which is why a check allocates little.
        var factory = key.CryptoProviderFactory;
        try
        {
            var provider = factory.CreateForVerifying(key, algorithm);
            try
            {
                return provider.Verify(signed, signature);
            }
            finally
            {
                factory.ReleaseSignatureProvider(provider);
            }
        }
        catch (Exception exception) when (exception
            is CryptographicException or ArgumentException or InvalidOperationException or NotSupportedException)
        {
            // A published key with numbers that are none of such a key's: the other keys still count.
            return false;
        }
    }

    /// <summary>Not by the library, which takes a secret of 32 bytes for HS256 only.</summary>
    private static byte[] Mac(byte[] secret, byte[] signed, string algorithm) =>
        algorithm switch
        {
            SecurityAlgorithms.HmacSha256 => HMACSHA256.HashData(secret, signed),
            SecurityAlgorithms.HmacSha384 => HMACSHA384.HashData(secret, signed),
            _ => HMACSHA512.HashData(secret, signed),
        };
}
