using DotNet.Testcontainers.Configurations;

namespace Relay.TestServers;

/// <summary>Whether there is an engine that runs containers, as all servers of these tests are.</summary>
/// <remarks>
/// <c>RELAY_TEST_CONTAINERS=required</c> says that there is one: then a test fails where it starts its server.
/// <c>off</c> skips the tests though there is one.
/// </remarks>
public static class ServerPrograms
{
    private static readonly string? Missing = Environment.GetEnvironmentVariable("RELAY_TEST_CONTAINERS") switch
    {
        "required" => null,
        "off" => "RELAY_TEST_CONTAINERS is off.",
        _ => TestcontainersSettings.OS.DockerEndpointAuthConfig is null ? "No Docker engine answers." : null,
    };

    /// <summary>Skips the test that calls this where its server cannot be started; not for fixtures.</summary>
    public static void Require(ServerKind kind)
    {
        if (MissingReason(kind) is { } reason)
        {
            Assert.Skip(reason);
        }
    }

    /// <summary>Why tests that need this server are skipped; null if they run.</summary>
    public static string? MissingReason(ServerKind kind) =>
        Enum.IsDefined(kind) ? Missing : throw new ArgumentOutOfRangeException(nameof(kind), kind, null);

    /// <summary>None: here a server always is a container.</summary>
    public static Uri? GivenAddress(ServerKind kind) => null;
}
