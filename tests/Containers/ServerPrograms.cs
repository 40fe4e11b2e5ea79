namespace Relay.TestServers;

/// <summary>Nothing has to be installed for a server in a container.</summary>
public static class ServerPrograms
{
    /// <summary>Why tests that need this server are skipped: they never are.</summary>
    public static string? MissingReason(ServerKind kind) =>
        Enum.IsDefined(kind) ? null : throw new ArgumentOutOfRangeException(nameof(kind), kind, null);
}
