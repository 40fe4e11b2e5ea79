namespace Relay.Connections;

/// <summary>What one connection may do (the settings under <c>Limits</c>).</summary>
/// <param name="MaxMessageBytes">The largest message.</param>
/// <param name="MaxWaitingBytes">Messages that are not settled yet, before the connection is read no further.</param>
/// <param name="MessagesPerSecond">Frames that are read per second in the long run.</param>
/// <param name="AwarenessPerSecond">Presence that goes on per second; of what comes more often, the latest.</param>
/// <param name="MaxHeldAwarenessBytes">Presence that is held because it came too soon.</param>
/// <param name="MaxStatelessBytes">The largest message of an application.</param>
/// <param name="MaxDocuments">Documents on one Hocuspocus socket.</param>
internal sealed record ConnectionLimits(
    int MaxMessageBytes,
    long MaxWaitingBytes,
    int MessagesPerSecond,
    int AwarenessPerSecond,
    long MaxHeldAwarenessBytes,
    int MaxStatelessBytes,
    int MaxDocuments);
