using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;

namespace Relay.Startup;

public sealed class JwtSettingsTests
{
    private const string Secret = "hush, hush: a secret of 32 bytes";

    [Fact]
    public void A_token_is_tried_with_few_keys()
    {
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = ec.ExportSubjectPublicKeyInfoPem() + "\n";
        string Keys(int count) => string.Concat(Enumerable.Repeat(pem, count));
        Assert.Equal(8, Read(false, ("PublicKey", Keys(8))).Auth.Jwt.Keys()!.Count);
        Assert.Contains(
            "Relay:Auth:Jwt:PublicKey holds 9 keys of one kind",
            Refused(false, ("PublicKey", Keys(9))),
            StringComparison.Ordinal);
    }

    [Fact]
    public void One_or_two_secrets_are_read_and_never_shown()
    {
        var settings = Read(false, ("Secret", Secret), ("SecondSecret", "another hush, hush of 32 bytes and more"),
            ("Issuer", "me"), ("Audience", "you"));
        Assert.Equal("jwt", settings.Auth.Mode);
        Assert.Equal(2, settings.Auth.Jwt.Keys()!.Count);
        Assert.Equal(("me", "you"), (settings.Auth.Jwt.Issuer, settings.Auth.Jwt.Audience));
        Assert.DoesNotContain("hush", settings.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Secret", "hush, 31 bytes 1234567890123456")]
    [InlineData("Secret", "hush")]
    public void A_secret_that_can_be_guessed_is_refused_and_not_repeated(string name, string value)
    {
        var refused = Refused(true, (name, value));
        Assert.Contains("but must have at least 32", refused, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", refused, StringComparison.Ordinal);
    }

    [Fact]
    public void Exactly_one_kind_of_key_is_needed()
    {
        const string Kinds = "Relay:Auth:Jwt:Secret, Relay:Auth:Jwt:PublicKey, Relay:Auth:Jwt:JwksUrl and "
            + "Relay:Auth:Jwt:Authority";
        Assert.Contains($"exactly one of {Kinds}; none of them are set", Refused(true), StringComparison.Ordinal);
        Assert.Contains("2 of them are set",
            Refused(true, ("Secret", Secret), ("JwksUrl", "https://issuer.example/keys")), StringComparison.Ordinal);
        var two = Refused(true, ("JwksUrl", "https://issuer.example/keys"), ("Authority", "https://issuer.example"));
        Assert.Contains("2 of them are set", two, StringComparison.Ordinal);
        Assert.Contains("have no meaning without Relay:Auth:Mode=jwt",
            Refused(true, ("Secret", Secret), ("Mode", "none")), StringComparison.Ordinal);
    }

    [Fact]
    public void Public_keys_are_read_from_text_or_from_a_file_and_several_of_them()
    {
        using var rsa = RSA.Create(2048);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        var pem = rsa.ExportSubjectPublicKeyInfoPem() + "\n" + ec.ExportSubjectPublicKeyInfoPem() + "\n"
            + rsa.ExportRSAPublicKeyPem();
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=issuer", ec,
            HashAlgorithmName.SHA512);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
        pem += "\n" + certificate.ExportCertificatePem();
        Assert.Equal(4, Read(false, ("PublicKey", pem)).Auth.Jwt.Keys()!.Count);
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "Our keys:\n" + pem);
        var keys = Read(false, ("PublicKey", file)).Auth.Jwt.Keys()!;
        Assert.Equal([6, 1, 6, 1], keys.Select(key => key.Algorithms.Count));
        File.Delete(file);
        Assert.Contains("nor the path of a file that can be read", Refused(false, ("PublicKey", file)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_that_are_too_short_private_or_none_are_refused()
    {
        using var small = RSA.Create(1024);
        using var ec = ECDsa.Create(ECCurve.CreateFromValue("1.3.132.0.10"));
        Assert.Contains("2,048 to 8,192 bits", Refused(false, ("PublicKey", small.ExportSubjectPublicKeyInfoPem())),
            StringComparison.Ordinal);
        Assert.Contains("P-256, P-384 or P-521", Refused(false, ("PublicKey", ec.ExportSubjectPublicKeyInfoPem())),
            StringComparison.Ordinal);
        Assert.Contains("must hold public keys",
            Refused(false, ("PublicKey", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----")),
            StringComparison.Ordinal);
        var secret = Refused(false, ("PublicKey", small.ExportPkcs8PrivateKeyPem()));
        Assert.Contains("holds a private key", secret, StringComparison.Ordinal);
        Assert.DoesNotContain(small.ExportPkcs8PrivateKeyPem().Split('\n')[1], secret, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://issuer.example/keys", false, true)]
    [InlineData("http://issuer.example/keys", true, true)]
    [InlineData("http://127.0.0.1:80/keys", false, true)]
    [InlineData("http://[::1]:80/keys", false, true)]
    [InlineData("http://localhost/keys", false, true)]
    [InlineData("http://issuer.example/keys", false, false)]
    [InlineData("http://localhost.evil.example/keys", false, false)]
    [InlineData("http://10.0.0.1/keys", false, false)]
    [InlineData("file:///keys", true, false)]
    [InlineData("keys", true, false)]
    public void Keys_come_over_https_or_from_this_machine(string url, bool isDevelopment, bool accepted)
    {
        if (accepted)
        {
            Assert.Equal(new Uri(url), Read(isDevelopment, ("JwksUrl", url)).Auth.Jwt.KeysAddress());
            Assert.Equal(new Uri(url), Read(isDevelopment, ("Authority", url)).Auth.Jwt.Provider());
        }
        else
        {
            Assert.Contains("Relay:Auth:Jwt:JwksUrl", Refused(isDevelopment, ("JwksUrl", url)),
                StringComparison.Ordinal);
            var refused = Refused(isDevelopment, ("Authority", url));
            Assert.Contains("Relay:Auth:Jwt:Authority", refused, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("must have no ?", "https://issuer.example?tenant=1", "")]
    [InlineData("must have no ?", "https://issuer.example/#realm", "")]
    [InlineData("Relay:Auth:Jwt:Issuer has no meaning", "https://issuer.example", "https://issuer.example")]
    public void A_provider_is_named_as_it_names_itself_and_says_the_issuer(
        string sentence, string url, string issuer) =>
        Assert.Contains(sentence, Refused(false, ("Authority", url), ("Issuer", issuer)), StringComparison.Ordinal);

    [Fact]
    public void Proxies_may_be_addresses_and_networks()
    {
        var settings = ReadAll(true, ("Network:TrustedProxies", "10.0.0.7, 192.168.0.0/16,2001:db8::/48,::1"));
        Assert.Equal(
            ["10.0.0.7/32", "192.168.0.0/16", "2001:db8::/48", "::1/128"],
            settings.Network.Proxies().Select(network => network.ToString()));
    }

    private static string Refused(bool isDevelopment, params (string Key, string Value)[] settings) =>
        Assert.Throws<SettingsException>(() => Read(isDevelopment, settings)).Message;

    private static RelaySettings Read(bool isDevelopment, params (string Key, string Value)[] settings) =>
        ReadAll(isDevelopment,
            [("Auth:Mode", "jwt"),
                .. settings.Select(s => (s.Key == "Mode" ? "Auth:Mode" : "Auth:Jwt:" + s.Key, s.Value))]);

    private static RelaySettings ReadAll(bool isDevelopment, params (string Key, string Value)[] settings)
    {
        var pairs = new Dictionary<string, string?>();
        foreach (var (key, value) in settings)
        {
            pairs["Relay:" + key] = value;
        }

        return RelaySettings.Read(new ConfigurationBuilder().AddInMemoryCollection(pairs).Build(), isDevelopment);
    }
}
