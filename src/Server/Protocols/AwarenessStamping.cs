namespace Relay.Protocols;

/// <summary>Whether presence shows whom the token names, whatever the client says.</summary>
internal sealed record AwarenessStamping(bool IsOn);
