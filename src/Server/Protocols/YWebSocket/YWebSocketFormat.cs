namespace Relay.Protocols.YWebSocket;

/// <summary>
/// The frames of the y-websocket protocol: messages of y-protocols without a prefix, and markers.
/// </summary>
internal sealed class YWebSocketFormat : SyncFormat
{
    /// <summary>Of y-sweet's clients: "tell me when you have what I sent before this".</summary>
    internal const byte MarkerMessage = 102;

    private YWebSocketFormat()
        : base([])
    {
        Silence = Awareness([0]);
    }

    public static YWebSocketFormat Instance { get; } = new();

    /// <summary>
    /// A presence update without entries. Clients take it for a sign of life only: they drop a connection on
    /// which no data frame came for 30 s.
    /// </summary>
    public ReadOnlyMemory<byte> Silence { get; }

    public override ReadOnlyMemory<byte> Marker(ReadOnlySpan<byte> content) => MakeWithBytes([MarkerMessage], content);
}
