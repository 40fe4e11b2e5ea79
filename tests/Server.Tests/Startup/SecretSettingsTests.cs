using Microsoft.Extensions.Configuration;

namespace Relay.Startup;

/// <summary>
/// A start that is refused repeats no secret, however wrongly it was given. <c>tests/clients/secrets.test.mjs</c> looks
/// at nodes that start.
/// </summary>
public sealed class SecretSettingsTests
{
    private const string Secret = "Xv7hush";

    private const string Long = Secret + Secret + Secret + Secret + Secret;
    private const string Redis = "Redis:Configuration=redis:6379,password=";
    private const string Postgres = "Postgres:ConnectionString=";
    private const string Comma = "A password with a comma must stand in Relay:Redis:Password";
    private const string NoConnectionString = "does not read as a connection string";
    private const string NoUser = "without a user and a password in it";
    private const string PrivateKey = "-----BEGIN PRIVATE KEY-----\n" + Secret + "w\n-----END PRIVATE KEY-----";
    private const string NoKey = "-----BEGIN PUBLIC KEY-----\n" + Secret + "w\n-----END PUBLIC KEY-----";

    private static readonly string[] Joined = ["FileStore:Shared=true"];
    private static readonly string[] Tokens = ["Auth:Mode=jwt"];

    public static TheoryData<string, string[]> Refused => new()
    {
        { "Relay:Redis:Password has no meaning", ["Redis:Password=" + Secret] },
        { Comma, [Redis + "first," + Secret, .. Joined] },
        { Comma, [Redis + "first," + Secret + "=", .. Joined] },
        { Comma, [Redis + "first,ssl=" + Secret, .. Joined] },
        { Comma, ["Redis:Configuration=password=" + Secret + ",redis:6379", .. Joined] },
        { "neither a server", ["Redis:Configuration=redis://relay:" + Secret + "@redis:6379", .. Joined] },
        { "neither a server", ["Redis:Configuration=relay:" + Secret + "@redis:6379", .. Joined] },
        { "is another one than password=", [Redis + Secret + "1", "Redis:Password=" + Secret + "2", .. Joined] },
        { NoConnectionString, [Postgres + "Host=postgres;Password=first;" + Secret] },
        { NoConnectionString, [Postgres + "Host=postgres;Password=first;" + Secret + "=x"] },
        { NoConnectionString, [Postgres + "Host=postgres;Port=" + Secret] },
        { NoConnectionString, [Postgres + "postgres://relay:" + Secret + "@postgres/relay"] },
        { "must have a Host", [Postgres + "Password=" + Secret] },
        { "Relay:Internal:Secret has 7 characters", ["Internal:Port=5211", "Internal:Secret=" + Secret] },
        { "Relay:Auth:Jwt:Secret has 7 bytes", ["Auth:Jwt:Secret=" + Secret, .. Tokens] },
        { "SecondSecret has 7 bytes", ["Auth:Jwt:Secret=" + Long, "Auth:Jwt:SecondSecret=" + Secret, .. Tokens] },
        { "have no meaning without Relay:Auth:Mode=jwt", ["Auth:Jwt:Secret=" + Secret, "Auth:Mode=none"] },
        { "2 of them are set", ["Auth:Jwt:Secret=" + Secret, "Auth:Jwt:PublicKey=" + Secret, .. Tokens] },
        { "is neither PEM text nor the path of a file", ["Auth:Jwt:PublicKey=" + Secret, .. Tokens] },
        { "holds a private key", ["Auth:Jwt:PublicKey=" + PrivateKey, .. Tokens] },
        { "must hold public keys", ["Auth:Jwt:PublicKey=" + NoKey, .. Tokens] },
        { NoUser, ["Auth:Jwt:JwksUrl=https://relay:" + Secret + "@issuer.example/keys", .. Tokens] },
        { NoUser, ["Auth:Jwt:Authority=https://relay:" + Secret + "@issuer.example", .. Tokens] },
        { "must have no ?", ["Auth:Jwt:Authority=https://issuer.example?key=" + Secret, .. Tokens] },
        { "must be an address", ["Auth:Jwt:JwksUrl=ftp://issuer.example/keys?key=" + Secret, .. Tokens] },
        { "begins with http://", ["Auth:Jwt:JwksUrl=http://x.example/?key=" + Secret, "Internal:Port=0", .. Tokens] },
        { NoUser, ["S3:Bucket=b", "S3:ServiceUrl=http://relay:" + Secret + "@s3:9000"] },
        { NoUser, ["DynamoDb:Table=t", "DynamoDb:ServiceUrl=http://relay:" + Secret + "@dynamodb:8000"] },
        { "is not a setting of this version", ["Redis:Pasword=" + Secret] },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_setting_that_is_refused_is_named_and_not_repeated(string sentence, string[] settings)
    {
        var refused = Assert.Throws<SettingsException>(() => Read(settings));
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_read_prints_no_secret()
    {
        var settings = Read(
        [
            Redis + Secret, "Redis:Password=" + Secret, .. Joined, .. Tokens, "Auth:Jwt:Secret=" + Long,
            Postgres + "Host=postgres;Username=relay;Password=" + Secret,
            "Internal:Port=5211", "Internal:Secret=" + Long,
        ]);
        Assert.DoesNotContain(Secret, settings.ToString(), StringComparison.Ordinal);
        var parts = settings.Redis + settings.Redis.Servers() + settings.Postgres + settings.Postgres.Place();
        Assert.DoesNotContain(Secret, parts, StringComparison.Ordinal);
    }

    private static RelaySettings Read(string[] settings)
    {
        var parts = settings.Select(one => one.Split('=', 2));
        var read = parts.Select(one => KeyValuePair.Create("Relay:" + one[0], (string?)one[1]));
        return RelaySettings.Read(
            new ConfigurationBuilder().AddInMemoryCollection(read).Build(),
            isDevelopment: settings.All(one => !one.StartsWith("Internal:", StringComparison.Ordinal)));
    }
}
