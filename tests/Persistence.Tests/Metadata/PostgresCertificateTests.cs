using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Npgsql;
using Relay.Persistence.Metadata.Postgres;

namespace Relay.Persistence.Metadata;

/// <summary>A server whose certificate comes from an authority that the settings give, and no other.</summary>
[Collection(PostgresCollectionDefinition.Name)]
public sealed class PostgresCertificateTests(PostgresFixture fixture) : PostgresTest(fixture)
{
    [Fact]
    public async Task Only_a_server_of_the_given_authority_is_talked_to()
    {
        using var authority = MakeAuthority("CN=ours");
        using var other = MakeAuthority("CN=another");
        await ServeAsync(authority);
        try
        {
            await TryAsync(authority);
            await Assert.ThrowsAsync<RoomMetadataUnavailableException>(() => TryAsync(other));
            await Assert.ThrowsAsync<RoomMetadataUnavailableException>(() => TryAsync(null));
        }
        finally
        {
            await RunAsync("alter system reset ssl");
            await RunAsync("select pg_reload_conf()");
        }
    }

    private async Task TryAsync(X509Certificate2? authority)
    {
        var address = new NpgsqlConnectionStringBuilder(Options.ConnectionString) { SslMode = SslMode.VerifyFull };
        await using var connections = new PostgresConnections(Options with
        {
            ConnectionString = address.ConnectionString,
            RootCertificates = authority is null ? null : [authority],
        });
        await using var connection = await connections.OpenAsync(default).Soon();
    }

    /// <summary>Gives the server a certificate for its address, and waits until it shows it.</summary>
    private async Task ServeAsync(X509Certificate2 authority)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=server", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, authority.NotBefore, authority.NotAfter, [1, 2, 3, 4]);
        await WriteAsync("server.crt", certificate.ExportCertificatePem());
        await WriteAsync("server.key", key.ExportPkcs8PrivateKeyPem());
        await RunAsync("alter system set ssl = on");
        await RunAsync("select pg_reload_conf()");
        async Task UntilEncryptedAsync()
        {
            while ((await QueryAsync<string>("show ssl"))[0] != "on")
            {
                NpgsqlConnection.ClearAllPools();
            }
        }

        await UntilEncryptedAsync().Soon();
    }

    /// <summary>As the server's own user, for whose eyes alone a key must be.</summary>
    private Task WriteAsync(string file, string pem) => RunAsync(
        $"copy (select unnest(string_to_array('{pem}', E'\n'))) to program 'umask 077; cat >{file}'");

    private Task RunAsync(string sql) => QueryAsync<string>(sql);

    private static X509Certificate2 MakeAuthority(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddDays(1));
    }
}
