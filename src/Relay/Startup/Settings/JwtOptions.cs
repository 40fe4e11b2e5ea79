using System.Net;
using System.Text;
using Relay.Access;

namespace Relay.Startup;

/// <summary>
/// How tokens are checked: with exactly one of a secret, public keys, an address where keys are published, and an
/// OpenID provider.
/// </summary>
internal sealed record JwtOptions
{
    private const string Kinds = "Relay:Auth:Jwt:Secret, Relay:Auth:Jwt:PublicKey, Relay:Auth:Jwt:JwksUrl and "
        + "Relay:Auth:Jwt:Authority";

    /// <summary><c>Auth:Jwt:Secret</c> (UTF-8, at least 32 bytes, for HS256, HS384 and HS512) and
    /// <c>Auth:Jwt:SecondSecret</c>, which is accepted as well while secrets are exchanged; or the keys in
    /// <c>Auth:Jwt:PublicKey</c>, PEM text or the path of a file with it (RSA of at least 2,048 bits, for RS* and PS*;
    /// P-256, P-384 and P-521, each for its ES*; also certificates). Nothing when they are fetched.</summary>
    public IReadOnlyList<VerificationKey>? Keys { get; init; }

    /// <summary>
    /// <c>Auth:Jwt:JwksUrl</c>: where keys are published as a JSON Web Key Set; https, except on this machine and in
    /// Development.
    /// </summary>
    public Uri? JwksUrl { get; init; }

    /// <summary>
    /// <c>Auth:Jwt:Authority</c>: an OpenID provider, whose description says where its keys are and who its issuer is;
    /// https, except on this machine and in Development.
    /// </summary>
    public Uri? Authority { get; init; }

    /// <summary>
    /// <c>Auth:Jwt:Issuer</c>: what a token's <c>iss</c> must be. Default: anything, or what the OpenID provider says.
    /// </summary>
    public string? Issuer { get; init; }

    /// <summary><c>Auth:Jwt:Audience</c>: what must be among a token's <c>aud</c>. Default: anything.</summary>
    public string? Audience { get; init; }

    public static JwtOptions? Read(SettingsReader reader, bool isOn, bool isDevelopment)
    {
        var mode = isOn ? "jwt" : null;
        var secret = reader.Text("Auth:Jwt:Secret");
        var publicKey = reader.Text("Auth:Jwt:PublicKey");
        var jwksUrl = reader.Text("Auth:Jwt:JwksUrl");
        var authority = reader.Text("Auth:Jwt:Authority");
        var second = reader.Companion("Auth:Jwt:SecondSecret", "Auth:Jwt:Secret", secret);
        var issuer = reader.Companion("Auth:Jwt:Issuer", "Auth:Mode=jwt", mode);
        var audience = reader.Companion("Auth:Jwt:Audience", "Auth:Mode=jwt", mode);
        var given = new[] { secret, publicKey, jwksUrl, authority }.Count(setting => setting is not null);
        if (!isOn)
        {
            if (given > 0)
            {
                reader.Refuse($"{Kinds} have no meaning without Relay:Auth:Mode=jwt.");
            }

            return null;
        }

        if (given != 1)
        {
            var count = given == 0 ? "none" : $"{given}";
            reader.Refuse($"Relay:Auth:Mode=jwt needs exactly one of {Kinds}; {count} of them are set.");
            return null;
        }

        if (authority is not null && issuer is not null)
        {
            reader.Refuse(
                "Relay:Auth:Jwt:Issuer has no meaning with Relay:Auth:Jwt:Authority, which says who the issuer is.");
        }

        return new JwtOptions
        {
            Keys = secret is not null
                ? ReadSecrets(reader, secret, second)
                : publicKey is not null ? ReadPem(reader, publicKey) : null,
            JwksUrl = jwksUrl is not null ? ReadUrl(reader, "Auth:Jwt:JwksUrl", jwksUrl, isDevelopment) : null,
            Authority = authority is not null ? ReadAuthority(reader, authority, isDevelopment) : null,
            Issuer = issuer,
            Audience = audience,
        };
    }

    private static IReadOnlyList<VerificationKey> ReadSecrets(SettingsReader reader, string secret, string? second)
    {
        var keys = new List<VerificationKey>();
        foreach (var (name, text) in new[] { ("Secret", secret), ("SecondSecret", second) })
        {
            if (text is null)
            {
                continue;
            }

            var bytes = Encoding.UTF8.GetBytes(text);
            if (bytes.Length < VerificationKey.MinSecretBytes)
            {
                reader.Refuse(
                    $"Relay:Auth:Jwt:{name} has {bytes.Length} bytes, but must have at least "
                        + $"{VerificationKey.MinSecretBytes}.");
            }
            else
            {
                keys.Add(VerificationKey.OfSecret(bytes));
            }
        }

        return keys;
    }

    private static IReadOnlyList<VerificationKey> ReadPem(SettingsReader reader, string setting)
    {
        var pem = setting;
        if (!setting.Contains("-----BEGIN", StringComparison.Ordinal))
        {
            try
            {
                pem = File.ReadAllText(setting);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException
                or ArgumentException or NotSupportedException)
            {
                reader.Refuse(
                    "Relay:Auth:Jwt:PublicKey is neither PEM text nor the path of a file that can be read "
                        + $"({exception.GetType().Name}).");
                return [];
            }
        }

        if (!PemKeys.TryRead(pem, out var keys, out var error))
        {
            reader.Refuse($"Relay:Auth:Jwt:PublicKey {error}");
        }

        // Each token is tried with all of its algorithm, and each try costs a check of a signature.
        var most = keys.SelectMany(key => key.Algorithms).CountBy(algorithm => algorithm).Select(count => count.Value);
        if (most.DefaultIfEmpty().Max() is > FetchedKeys.MaxUnnamed and var many)
        {
            reader.Refuse(
                $"Relay:Auth:Jwt:PublicKey holds {many} keys of one kind, with all of which every token would be "
                + $"tried; at most {FetchedKeys.MaxUnnamed} are allowed.");
        }

        return keys;
    }

    /// <summary>The provider's address as it names itself: the rest is appended.</summary>
    private static Uri? ReadAuthority(SettingsReader reader, string text, bool isDevelopment)
    {
        var url = ReadUrl(reader, "Auth:Jwt:Authority", text, isDevelopment);
        if (url is { Query: not "" } or { Fragment: not "" })
        {
            reader.Refuse(
                "Relay:Auth:Jwt:Authority must have no ? and no #: "
                + "the address of the provider's description begins with it.");
        }

        return url;
    }

    private static Uri? ReadUrl(SettingsReader reader, string key, string text, bool isDevelopment)
    {
        if (reader.Address(key, text) is not { } url)
        {
            return null;
        }

        if (url.Scheme == "http" && !isDevelopment && !IsHere(url))
        {
            reader.Refuse(
                $"Relay:{key} begins with http://, over which anybody on the way could put a key of his own: "
                + "outside Development it must begin with https://, except for an address of this machine.");
        }

        return url;
    }

    // Names other than this one may be made to lead elsewhere.
    private static bool IsHere(Uri url) =>
        url.Host == "localhost"
        || (IPAddress.TryParse(url.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
