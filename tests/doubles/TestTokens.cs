using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Relay.Doubles;

/// <summary>
/// Makes tokens, good and bad ones, with the bare algorithms: another hand than the one that checks
/// them.
/// </summary>
internal static class TestTokens
{
    public static readonly byte[] Secret = Encoding.UTF8.GetBytes("a secret that only tests know, of 48 bytes or so");

    /// <summary>
    /// Claims that are valid for an hour, and others in place of them or besides; a claim that is null is left out.
    /// </summary>
    public static string Claims(DateTimeOffset now, object? others = null)
    {
        var claims = new JsonObject
        {
            ["sub"] = "ada",
            ["exp"] = now.AddHours(1).ToUnixTimeSeconds(),
            ["documents"] = new JsonObject { ["*"] = "write" }
        };
        foreach (var (name, value) in JsonSerializer.SerializeToNode(others)?.AsObject() ?? [])
        {
            claims.Remove(name);
            if (value is not null)
            {
                claims[name] = value.DeepClone();
            }
        }

        return claims.ToJsonString();
    }

    public static string OfSecret(string claims, byte[]? secret = null, string algorithm = "HS256") =>
        Sign(Header(algorithm), claims, bytes => algorithm switch
        {
            "HS256" => HMACSHA256.HashData(secret ?? Secret, bytes),
            "HS384" => HMACSHA384.HashData(secret ?? Secret, bytes),
            _ => HMACSHA512.HashData(secret ?? Secret, bytes),
        });

    public static string OfRsa(string claims, RSA key, string algorithm = "RS256", string? keyId = null) =>
        Sign(Header(algorithm, keyId), claims,
            bytes => key.SignData(bytes, Hash(algorithm),
                algorithm[0] == 'P' ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1));

    public static string OfEc(string claims, ECDsa key, string algorithm = "ES256", string? keyId = null) =>
        Sign(Header(algorithm, keyId), claims, bytes => key.SignData(bytes, Hash(algorithm)));

    public static string Header(string algorithm, string? keyId = null) =>
        keyId is null ? $$"""{"alg":"{{algorithm}}","typ":"JWT"}""" : $$"""{"alg":"{{algorithm}}","kid":"{{keyId}}"}""";

    public static string Sign(string header, string claims, Func<byte[], byte[]> sign)
    {
        var signed = $"{Encode(header)}.{Encode(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    public static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static HashAlgorithmName Hash(string algorithm) =>
        algorithm[2..] switch
        {
            "256" => HashAlgorithmName.SHA256,
            "384" => HashAlgorithmName.SHA384,
            _ => HashAlgorithmName.SHA512
        };
}
