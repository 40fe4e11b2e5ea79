using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Relay.Access;

/// <summary>
/// A JSON Web Key Set (RFC 7517) as issuers publish it. Keys that are none of ours (for encryption, secrets, unknown
/// kinds, too short) are left out, as the RFC asks.
/// </summary>
internal static class JsonWebKeys
{
    /// <summary>More keys than this are not looked at: a token without <c>kid</c> is checked with each.</summary>
    private const int MaxKeys = 64;

    private static readonly JsonDocumentOptions Bounded = new() { MaxDepth = 16 };

    /// <exception cref="JsonException">These bytes are no key set.</exception>
    public static IReadOnlyList<VerificationKey> Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, Bounded);
        if (document.RootElement.ValueKind != JsonValueKind.Object
            || !document.RootElement.TryGetProperty("keys", out var keys) || keys.ValueKind != JsonValueKind.Array)
        {
            throw new JsonException("It is no JSON Web Key Set.");
        }

        return [.. keys.EnumerateArray().Where(key => key.ValueKind == JsonValueKind.Object).Take(MaxKeys)
            .Select(TryRead).OfType<VerificationKey>()];
    }

    private static VerificationKey? TryRead(JsonElement key)
    {
        if (!TryGetText(key, "kid", out var id) || !TryGetText(key, "alg", out var algorithm)
            || !TryGetText(key, "use", out var use) || use is not (null or "sig") || !MayVerify(key)
            || !TryGetText(key, "kty", out var kind))
        {
            return null;
        }

        return kind switch
        {
            "RSA" when Number(key, "n") is { } modulus && Number(key, "e") is { } exponent =>
                VerificationKey.OfRsa(new RSAParameters { Modulus = modulus, Exponent = exponent }, id, algorithm),
            "EC" when Curve(key) is { } curve && Number(key, "x") is { } x && Number(key, "y") is { } y =>
                VerificationKey.OfEc(
                    new ECParameters { Curve = curve, Q = new ECPoint { X = x, Y = y } }, id, algorithm),
            _ => null,
        };
    }

    private static bool MayVerify(JsonElement key) =>
        !key.TryGetProperty("key_ops", out var uses)
        || (uses.ValueKind == JsonValueKind.Array
            && uses.EnumerateArray().Any(use => use.ValueKind == JsonValueKind.String && use.ValueEquals("verify"u8)));

    private static ECCurve? Curve(JsonElement key) =>
        TryGetText(key, "crv", out var name)
            ? name switch
            {
                "P-256" => ECCurve.NamedCurves.nistP256,
                "P-384" => ECCurve.NamedCurves.nistP384,
                "P-521" => ECCurve.NamedCurves.nistP521,
                _ => null,
            }
            : null;

    private static byte[]? Number(JsonElement key, string name) =>
        TryGetText(key, name, out var text) && text is not null && Base64Url.IsValid(text)
            ? Base64Url.DecodeFromChars(text)
            : null;

    private static bool TryGetText(JsonElement key, string name, out string? text) =>
        CompactToken.TryGetText(key.TryGetProperty(name, out var member) ? member : default, out text);
}
