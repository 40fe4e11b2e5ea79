using System.Net;
using System.Text;
using Relay.Access;

namespace Relay.Startup;

/// <summary>
/// How tokens are checked: with exactly one of a secret, public keys, an address where keys are published, and an
/// OpenID provider.
/// </summary>
internal sealed class JwtOptions
{
    private IReadOnlyList<VerificationKey>? keys;
    /// <summary>UTF-8, at least 32 bytes, for HS256, HS384 and HS512.</summary>
    public string? Secret { get; set; }
    private Uri? keysAddress;
    private Uri? provider;

    /// <summary>Is accepted as well while secrets are exchanged.</summary>
    public string? SecondSecret { get; set; }

    /// <summary>
    /// PEM text or the path of a file with it (RSA of at least 2,048 bits, for RS* and PS*; P-256, P-384 and P-521,
    /// each for its ES*; also certificates).
    /// </summary>
    public string? PublicKey { get; set; }

    /// <summary>
    /// Where keys are published as a JSON Web Key Set; https, except on this machine and in Development.
    /// </summary>
    public string? JwksUrl { get; set; }

    /// <summary>
    /// An OpenID provider, whose description says where its keys are and who its issuer is; https, except on this
    /// machine and in Development.
    /// </summary>
    public string? Authority { get; set; }

    /// <summary>What a token's <c>iss</c> must be. Default: anything, or what the OpenID provider says.</summary>
    public string? Issuer { get; set; }

    /// <summary>What must be among a token's <c>aud</c>. Default: anything.</summary>
    public string? Audience { get; set; }

    /// <summary>The secrets or public keys, read; null when keys are fetched.</summary>
    internal IReadOnlyList<VerificationKey>? Keys() => keys;

    /// <summary><see cref="JwksUrl"/>, read.</summary>
    internal Uri? KeysAddress() => keysAddress;

    /// <summary><see cref="Authority"/>, read.</summary>
    internal Uri? Provider() => provider;

    /// <param name="check">The checks of this section.</param>
    /// <param name="isOn">Whether the node asks for tokens.</param>
    /// <param name="switchedBy">The key and the value that make it ask, for sentences.</param>
    /// <param name="isDevelopment">Whether keys may come over HTTP.</param>
    internal void Check(SettingsCheck check, bool isOn, string switchedBy, bool isDevelopment)
    {
        check.Text(Secret);
        check.Text(PublicKey);
        check.Text(JwksUrl);
        check.Text(Authority);
        check.Companion(SecondSecret, Secret);
        check.Text(Issuer);
        check.Text(Audience);
        var given = new[] { Secret, PublicKey, JwksUrl, Authority }.Count(setting => setting is not null);
        var kinds = $"{check.Key(Secret)}, {check.Key(PublicKey)}, {check.Key(JwksUrl)} and {check.Key(Authority)}";
        if (!isOn)
        {
            RefuseUseless(check, given > 0 ? kinds : null, switchedBy);
        }
        else if (given != 1)
        {
            var count = given == 0 ? "none" : $"{given}";
            check.Refuse($"{switchedBy} needs exactly one of {kinds}; {count} of them are set.");
        }
        else
        {
            ReadKeys(check, isDevelopment);
        }
    }

    private void RefuseUseless(SettingsCheck check, string? kinds, string switchedBy)
    {
        if (Issuer is not null)
        {
            check.Refuse($"{check.Key(Issuer)} has no meaning without {switchedBy}.");
        }

        if (Audience is not null)
        {
            check.Refuse($"{check.Key(Audience)} has no meaning without {switchedBy}.");
        }

        if (kinds is not null)
        {
            check.Refuse($"{kinds} have no meaning without {switchedBy}.");
        }
    }

    private void ReadKeys(SettingsCheck check, bool isDevelopment)
    {
        if (Authority is not null && Issuer is not null)
        {
            check.Refuse(
                $"{check.Key(Issuer)} has no meaning with {check.Key(Authority)}, which says who the issuer is.");
        }

        keysAddress = Safe(check, check.Address(JwksUrl), check.Key(JwksUrl), isDevelopment);
        provider = Safe(check, check.Address(Authority), check.Key(Authority), isDevelopment);
        if (provider is { Query: not "" } or { Fragment: not "" })
        {
            // The provider's address as it names itself: the rest is appended.
            check.Refuse(
                $"{check.Key(Authority)} must have no ? and no #: the address of the provider's description begins "
                + "with it.");
        }

        keys = Secret is not null
            ? [.. Sign(check, Secret, check.Key(Secret)), .. Sign(check, SecondSecret, check.Key(SecondSecret))]
            : PublicKey is not null ? ReadPem(check, PublicKey) : null;
    }

    private static IEnumerable<VerificationKey> Sign(SettingsCheck check, string? secret, string key)
    {
        if (secret is null)
        {
            yield break;
        }

        var bytes = Encoding.UTF8.GetBytes(secret);
        if (bytes.Length >= VerificationKey.MinSecretBytes)
        {
            yield return VerificationKey.OfSecret(bytes);
        }
        else
        {
            check.Refuse(
                $"{key} has {bytes.Length} bytes, but must have at least {VerificationKey.MinSecretBytes}.");
        }
    }

    private IReadOnlyList<VerificationKey> ReadPem(SettingsCheck check, string pem)
    {
        if (!pem.Contains("-----BEGIN", StringComparison.Ordinal))
        {
            try
            {
                pem = File.ReadAllText(pem);
            }
            catch (Exception exception) when (
                exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
            {
                check.Refuse(
                    $"{check.Key(PublicKey)} is neither PEM text nor the path of a file that can be read "
                    + $"({exception.GetType().Name}).");
                return [];
            }
        }

        if (!PemKeys.TryRead(pem, out var read, out var error))
        {
            check.Refuse($"{check.Key(PublicKey)} {error}");
        }

        // Each token is tried with all of its algorithm, and each try costs a check of a signature.
        var most = read.SelectMany(key => key.Algorithms).CountBy(algorithm => algorithm).Select(count => count.Value);
        if (most.DefaultIfEmpty().Max() is > FetchedKeys.MaxUnnamed and var many)
        {
            check.Refuse(
                $"{check.Key(PublicKey)} holds {many} keys of one kind, with all of which every token would be "
                + $"tried; at most {FetchedKeys.MaxUnnamed} are allowed.");
        }

        return read;
    }

    /// <summary>Refuses an address over which an attacker on the way could put a key of his own.</summary>
    private static Uri? Safe(SettingsCheck check, Uri? address, string key, bool isDevelopment)
    {
        if (address?.Scheme == "http" && !isDevelopment && !IsHere(address))
        {
            check.Refuse(
                $"{key} begins with http://, over which an attacker on the way could put a key of his own: "
                + "outside Development it must begin with https://, except for an address of this machine.");
        }

        return address;
    }

    // Names other than this one may be made to lead elsewhere.
    private static bool IsHere(Uri url) => url.Host == "localhost"
        || (IPAddress.TryParse(url.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
