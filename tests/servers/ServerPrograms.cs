namespace Relay.TestServers;

/// <summary>Where the servers' scripts are, and whether what they start is installed.</summary>
public static class ServerPrograms
{
    /// <summary>The folder of the scripts, found from the folder of the tests upwards.</summary>
    internal static string Folder { get; } = FindFolder();

    /// <summary>
    /// Skips the test that calls this where the server is not installed. A fixture must not call it: a fixture that
    /// skips fails its tests.
    /// </summary>
    public static void Require(ServerKind kind)
    {
        if (MissingReason(kind) is { } reason)
        {
            Assert.Skip(reason);
        }
    }

    /// <summary>
    /// Why tests that need this server are skipped; null if they run. With <c>CI=true</c> no test is skipped: then it
    /// fails where it starts the server.
    /// </summary>
    public static string? MissingReason(ServerKind kind) =>
        kind switch
        {
            _ when Environment.GetEnvironmentVariable("CI") == "true" => null,
            ServerKind.Redis => IsInstalled("redis-server") && IsInstalled("redis-cli")
                ? null
                : "redis-server or redis-cli is not installed; ./test.sh installs them on Debian.",
            ServerKind.Postgres => IsInstalled("initdb") || Directory.Exists("/usr/lib/postgresql")
                ? null
                : "PostgreSQL is not installed; ./test.sh installs it on Debian.",
            ServerKind.DynamoDb when !Directory.Exists(
                Path.Combine(Folder, "node_modules", "dynalite")) =>
                "dynalite is not installed: run npm ci in tests/servers.",
            ServerKind.DynamoDb => IsInstalled("node") ? null : "Node is not installed.",
            _ => new[] { "ceph-mon", "ceph-osd", "radosgw" }.Where(program => !IsInstalled(program))
                .ToList() is { Count: > 0 } missing
                ? $"Not installed: {string.Join(", ", missing)}. The S3 server of the tests is "
                    + "Ceph's; ./test.sh installs it on Debian."
                : null,
        };

    /// <summary>Where a server listens that was started for all tests; null if there is none.</summary>
    public static Uri? GivenAddress(ServerKind kind)
    {
        var variable = $"RELAY_TEST_{kind.ToString().ToUpperInvariant()}";
        return Environment.GetEnvironmentVariable(variable) is { Length: > 0 } address ? new Uri(address) : null;
    }

    private static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, program)));

    private static string FindFolder()
    {
        for (var at = AppContext.BaseDirectory; at is not null; at = Path.GetDirectoryName(at))
        {
            var folder = Path.Combine(at, "tests", "servers");
            if (File.Exists(Path.Combine(folder, "dynamodb.mjs")))
            {
                return folder;
            }
        }

        throw new InvalidOperationException($"There is no folder tests/servers above {AppContext.BaseDirectory}.");
    }
}
