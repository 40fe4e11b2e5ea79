namespace Relay.Telemetry;

/// <summary>What went through a node since its start.</summary>
/// <param name="UpdatesReceived">Updates of clients that said something new.</param>
/// <param name="UpdatesDelivered">Entries handed to connections: each counts once for each connection of its
/// document.</param>
/// <param name="BytesReceived">Bytes read from clients' WebSockets.</param>
/// <param name="BytesSent">Bytes written to clients' WebSockets.</param>
internal readonly record struct TrafficCounts(long UpdatesReceived, long UpdatesDelivered, long BytesReceived,
    long BytesSent);
