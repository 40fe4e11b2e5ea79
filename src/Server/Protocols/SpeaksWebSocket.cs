namespace Relay.Protocols;

/// <summary>Marks the endpoints at which a WebSocket can be opened.</summary>
internal sealed class SpeaksWebSocket
{
    public static SpeaksWebSocket Mark { get; } = new();
}
