using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Configuration;
using Relay.Backplane;

namespace Relay.Startup;

public sealed class SettingsTests
{
    [Fact]
    public void Without_settings_a_development_node_starts_with_the_documented_defaults()
    {
        var settings = Read(isDevelopment: true);
        Assert.Equal("./data", settings.FileStore.Path);
        Assert.Equal(TimeSpan.FromSeconds(30), settings.Documents.IdleTimeout);
        Assert.Equal(TimeSpan.FromMinutes(1), settings.Documents.SaveInterval);
        Assert.False(settings.Auth.AsksForTokens);
        Assert.Equal(64 << 20, settings.Limits.MaxMessageBytes);
        Assert.InRange(settings.Limits.MaxBufferedBytes, 64 << 20, long.MaxValue);
        Assert.InRange(settings.Limits.MaxOpenBytes, 128 << 20, long.MaxValue);
        Assert.Equal(1 << 20, settings.Limits.MaxStatelessBytes);
    }

    [Fact]
    public void Settings_are_read()
    {
        var settings = Read(
            true,
            ("Documents:IdleTimeout", "00:00:05"),
            ("documents:keepSnapshots", "last=3,daily=7"),
            ("Limits:MaxConnections", "12"),
            ("FileStore:Fsync", "always"),
            ("Node:Address", "10.0.0.7:5211"));
        Assert.Equal(TimeSpan.FromSeconds(5), settings.Documents.IdleTimeout);
        Assert.Equal(3, settings.Documents.Retention().Last);
        Assert.Equal(12, settings.Limits.MaxConnections);
        Assert.Equal(FlushPolicy.Always, settings.FileStore.Flush());
    }

    [Fact]
    public void Authorities_of_Postgres_are_read_where_its_certificate_is_checked()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var authority = new CertificateRequest("CN=authority", key, HashAlgorithmName.SHA256).CreateSelfSigned(
            DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
        var pem = authority.ExportCertificatePem() + "\n" + authority.ExportCertificatePem();
        const string server = "Host=db;Database=relay;SSL Mode=";
        var read = Read(
            true, ("Postgres:ConnectionString", server + "VerifyFull"), ("Postgres:RootCertificates", pem));
        Assert.Equal(2, read.Postgres.Authorities()!.Count);
        string Refused(string mode, string authorities) => Assert.Throws<SettingsException>(() => Read(
            true, ("Postgres:ConnectionString", server + mode), ("Postgres:RootCertificates", authorities))).Message;
        Assert.Contains("no certificate is checked", Refused("Require", pem), StringComparison.Ordinal);
        Assert.Contains("must be certificates as PEM text", Refused("VerifyFull", "none"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Documents:IdleTimout", "00:00:05", "is not a setting of this version")]
    [InlineData("Network:AllowedHosts", "relay:8080", "host names without ports")]
    [InlineData("FileStore:Fsync", "true", "but must be always, everysec or never")]
    [InlineData("Redis:Configuraton", "localhost", "is not a setting of this version")]
    [InlineData("Redis:Configuration", "localhost", "set Relay:S3:Bucket, or Relay:FileStore:Shared")]
    [InlineData("Postgres:ConnectionString", "nonsense", "does not read as a connection string")]
    [InlineData("Postgres:ConnectionString", "Database=relay", "must have a Host")]
    [InlineData("Postgres:RootCertificates", "a.pem", "has no meaning without Relay:Postgres:ConnectionString")]
    [InlineData("Redis:MinReplicas", "1", "has no meaning without Relay:Redis:Configuration")]
    [InlineData("Redis:MinReplicas", "-1", "but must be a whole number")]
    [InlineData("Redis:Partitions", "512", "has no meaning without Relay:Redis:Configuration")]
    [InlineData("Redis:Partitions", "0", "but must be a whole number from 1 to 16384")]
    [InlineData("Redis:Partitions", "300", "but must be a power of two up to 16384")]
    [InlineData("DynamoDb:Table", "relay", "without Relay:Redis:Configuration")]
    [InlineData("DynamoDb:Table", "relay", "without Relay:Internal:Port")]
    [InlineData("DynamoDb:ServiceUrl", "http://localhost:8000", "has no meaning without Relay:DynamoDb:Table")]
    [InlineData("DynamoDb:Region", "eu-central-1", "has no meaning without Relay:DynamoDb:Table")]
    [InlineData("S3:Prefix", "relay/", "has no meaning without Relay:S3:Bucket")]
    [InlineData("S3:Region", "eu-central-1", "has no meaning without Relay:S3:Bucket")]
    [InlineData("S3:ServiceUrl", "localhost:9000", "must be an address that begins with http")]
    [InlineData("Redis:User", "relay", "has no meaning without Relay:Redis:Configuration")]
    [InlineData("Redis:Password", "x", "has no meaning without Relay:Redis:Configuration")]
    [InlineData("Redis:Configuration", "localhost,nonsense=1", "has an option 'nonsense'")]
    [InlineData("Redis:Configuration", "ssl=true", "names no server")]
    [InlineData("Internal:Port", "65536", "but must be a whole number")]
    [InlineData("Node:Address", "0.0.0.0:5211", "that others can reach")]
    [InlineData("Node:Address", "10.0.0.7", "but must be an IP address")]
    [InlineData("Documents:IdleTimeout", "30", "but must be a time")]
    [InlineData("Documents:SaveInterval", "00:00:00", "but must be a time")]
    [InlineData("Documents:KeepSnapshots", "some", "'some'")]
    [InlineData("Documents:GarbageCollection", "on", "but must be true or false")]
    [InlineData("Limits:MaxBufferedBytes", "1000000", "but must be a whole number from 67108864")]
    [InlineData("Limits:MaxMessageBytes", "16MB", "but must be a whole number")]
    [InlineData("Limits:MaxConnections", "0", "but must be a whole number from 1")]
    [InlineData("Node:Address", "relay.example", "but must be an IP address that others can reach and a port")]
    [InlineData("Auth:Mode", "basic", "but must be 'none' or 'jwt'")]
    [InlineData("Auth:Jwt:Issuer", "https://issuer.example", "has no meaning without Relay:Auth:Mode=jwt")]
    [InlineData("Auth:Jwt:SecondSecret", "x", "has no meaning without Relay:Auth:Jwt:Secret")]
    [InlineData("Auth:StampAwareness", "true", "has no meaning without Relay:Auth:Mode=jwt")]
    [InlineData("Auth:AllowedOrigins", "*", "but must be origins separated by commas")]
    [InlineData("Auth:AllowedOrigins", "https://a.*.example", "but must be origins separated by commas")]
    [InlineData("Network:TrustedProxies", "10.0.0.0/33", "but must be IP addresses or networks")]
    [InlineData("Limits:ConnectionsPerMinute", "-1", "but must be a whole number from 0")]
    [InlineData("Limits:AwarenessPerSecond", "0", "but must be a whole number from 1")]
    [InlineData("Limits:MaxConnections", "99999999999", "but must be a whole number from 1")]
    [InlineData("Documents:SaveInterval", "1:00:00:00:00", "but must be a time")]
    [InlineData("Limits", "none", "is not a setting of this version")]
    [InlineData("Auth:Jwt", "none", "is not a setting of this version")]
    [InlineData("Auth:AllowedOrigins:0", "https://app.example", "is not a setting of this version")]
    [InlineData("Limits:MaxConnections:Most", "1", "is not a setting of this version")]
    [InlineData("Node:EndPoint", "10.0.0.7:5211", "is not a setting of this version")]
    [InlineData("KeepsMetadataFile", "true", "is not a setting of this version")]
    public void A_setting_that_is_unknown_or_wrong_stops_the_start_and_is_named(string key, string value,
        string sentence)
    {
        var refused = Assert.Throws<SettingsException>(() => Read(true, (key, value)));
        Assert.Contains("Relay:" + key, refused.Message, StringComparison.Ordinal);
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_are_by_default_what_is_written_of_them()
    {
        var limits = Read(true).Limits;
        Assert.Equal((64 << 20, 128L << 20, 64 << 10, 16), (
            limits.MaxMessageBytes, limits.MaxDocumentBytes, limits.MaxAwarenessBytes, limits.MaxAwarenessEntries));
        Assert.Equal((20_000, 2_000, 50_000, 4L << 20),
            (limits.MaxConnections, limits.MaxConnectionsPerDocument, limits.MessagesPerSecond,
                limits.MaxWaitingBytes));
        Assert.Equal((50, 30_000), (limits.AwarenessPerSecond, limits.ConnectionsPerMinute));
    }

    [Fact]
    public void What_is_buffered_holds_at_least_one_message_by_default()
    {
        Assert.Equal(1 << 30, Read(true, ("Limits:MaxMessageBytes", "1073741824")).Limits.MaxMessageBytes);
        Assert.InRange(
            Read(true, ("Limits:MaxMessageBytes", "1073741824")).Limits.MaxBufferedBytes, 1 << 30, long.MaxValue);
        var both = Read(true, ("Limits:MaxMessageBytes", "2048"), ("Limits:MaxBufferedBytes", "4096"));
        Assert.Equal((2048, 4096L), (both.Limits.MaxMessageBytes, both.Limits.MaxBufferedBytes));
    }

    [Fact]
    public void An_empty_text_is_as_good_as_none()
    {
        var settings = Read(
            true,
            ("Limits:MaxConnections", ""),
            ("Documents:IdleTimeout", ""),
            ("FileStore:Path", ""),
            ("Redis:Configuration", ""),
            ("Nonsense", ""));
        var absent = Read(true);
        Assert.Equal(absent.Limits.MaxConnections, settings.Limits.MaxConnections);
        Assert.Equal(absent.Documents.IdleTimeout, settings.Documents.IdleTimeout);
        Assert.Equal(absent.FileStore.Path, settings.FileStore.Path);
        Assert.Null(settings.Redis.Configuration);
    }

    [Fact]
    public void Several_nodes_are_described_wholly()
    {
        var settings = Read(
            false,
            ("Auth:Mode", "none"),
            ("Node:Address", "10.0.0.7:5211"),
            ("Internal:Port", "5211"),
            ("Internal:Secret", new string('s', 32)),
            ("Redis:Configuration", "redis.example:6379,other.example,ssl=true"),
            ("Redis:Password", "hush,hush=hush"),
            ("Redis:MinReplicas", "1"),
            ("Redis:Partitions", "1024"),
            ("DynamoDb:Table", "relay-locator"),
            ("DynamoDb:Region", "eu-central-1"),
            ("S3:Bucket", "relay-snapshots"),
            ("S3:Prefix", "production/"));
        Assert.Equal("10.0.0.7:5211", settings.Node.EndPoint()?.ToString());
        Assert.Equal(5211, settings.Internal.Port);
        Assert.Equal(1, settings.Redis.MinReplicas);
        Assert.Equal(1024, settings.Redis.Partitions);
        Assert.Equal("relay-locator", settings.DynamoDb.Table);
        Assert.Equal("production/", settings.S3.Prefix);
        Assert.Equal("redis.example:6379, other.example", settings.Redis.Servers());
        Assert.Equal("hush,hush=hush", settings.Redis.Password);
        Assert.DoesNotContain("hush", settings.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("sss", settings.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Nodes_may_share_a_directory_instead_of_a_bucket_and_do_without_a_locator()
    {
        var settings = Read(true, ("Redis:Configuration", "localhost:6379"), ("FileStore:Shared", "true"));
        Assert.True(settings.FileStore.Shared);
    }

    [Fact]
    public void A_node_that_is_alone_keeps_metadata_in_a_file_and_nodes_that_redis_joins_only_in_postgres()
    {
        (string, string)[] joined = [("Redis:Configuration", "localhost:6379"), ("FileStore:Shared", "true")];
        var keep = ("Postgres:KeepConnections", "7.00:00:00");
        var postgres = ("Postgres:ConnectionString", "Host=localhost");
        Assert.True(Read(true, keep).KeepsMetadataFile);
        Assert.Equal(TimeSpan.FromDays(7), Read(true, keep).Postgres.KeepConnections);
        Assert.False(Read(true, postgres, keep).KeepsMetadataFile);
        Assert.False(Read(true, joined).KeepsMetadataFile);
        Assert.False(Read(true, [.. joined, postgres, keep]).KeepsMetadataFile);
        Assert.Contains(
            "Relay:Postgres:KeepConnections has no meaning without Relay:Postgres:ConnectionString",
            Assert.Throws<SettingsException>(() => Read(true, [.. joined, keep])).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Relay:Internal:Secret must be set outside Development", "Internal:Port=5211")]
    [InlineData("Relay:Internal:Secret has 31 characters", "Internal:Port=5211",
        "Internal:Secret=1234567890123456789012345678901")]
    public void Outside_development_the_internal_listener_needs_a_good_secret(string sentence, params string[] settings)
    {
        var refused = Assert.Throws<SettingsException>(
            () => Read(false, [("Auth:Mode", "none"), .. settings.Select(s => (s.Split('=')[0], s.Split('=')[1]))]));
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("123456", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void In_development_a_node_without_a_secret_is_of_this_machine_only()
    {
        Assert.Contains(
            "set it on all nodes",
            Assert.Throws<SettingsException>(
                () => Read(true, ("Internal:Port", "5211"), ("Node:Address", "10.0.0.7:5211"))).Message,
            StringComparison.Ordinal);
        var settings = Read(true, ("Internal:Port", "5211"));
        Assert.Equal("127.0.0.1:5211", NodeAddress.Find(settings, "http://127.0.0.1:9/nobody").ToString());
        Assert.Equal("127.0.0.1:5211",
            NodeAddress.ToListenAt(NodeAddress.Find(settings, null), settings.Internal).ToString());
    }

    [Fact]
    public void A_prefix_that_leaves_no_room_for_keys_is_refused()
    {
        Read(true, ("S3:Bucket", "b"), ("S3:Prefix", new string('p', Persistence.SnapshotKey.MaxPrefixBytes)));
        var refused = Assert.Throws<SettingsException>(
            () => Read(true, ("S3:Bucket", "b"),
                ("S3:Prefix", new string('p', Persistence.SnapshotKey.MaxPrefixBytes - 1) + "ä")));
        Assert.Contains("Relay:S3:Prefix has 868 bytes",
            refused.Message.Replace($"{Persistence.SnapshotKey.MaxPrefixBytes + 1}", "868", StringComparison.Ordinal),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Outside_development_a_setting_has_to_say_who_may_come_in()
    {
        Assert.Contains("Relay:Auth:Mode", Assert.Throws<SettingsException>(() => Read(false)).Message,
            StringComparison.Ordinal);
        Assert.Equal("none", Read(false, ("Auth:Mode", "none")).Auth.Mode);
    }

    [Fact]
    public void Everything_that_is_wrong_is_named_at_once()
    {
        var refused = Assert.Throws<SettingsException>(
            () => Read(true, ("Limits:MaxConnections", "x"), ("Nonsense", "y")));
        Assert.Equal(2, refused.Message.Split(Environment.NewLine).Length);
    }

    private static RelaySettings Read(bool isDevelopment, params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create("Relay:" + s.Key, (string?)s.Value)))
            .Build();
        return RelaySettings.Read(configuration, isDevelopment);
    }
}
