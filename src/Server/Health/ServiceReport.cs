namespace Relay.Health;

/// <summary>How one of the services that a node uses does, as that node's own calls tell.</summary>
/// <param name="Name">As in "Redis".</param>
/// <param name="Use">What it is for.</param>
/// <param name="FailingSince">Since when no call has succeeded; null while calls succeed.</param>
internal sealed record ServiceReport(string Name, string Use, DateTimeOffset? FailingSince);
