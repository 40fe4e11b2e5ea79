namespace Relay.Sockets;

/// <summary>The ids of all log events of sockets, in the block of connections: 1100 to 1149.</summary>
internal static class SocketEventId
{
    public const int ConnectionFailed = 1102;
    public const int AcceptFailed = 1108;
    public const int ListenerFull = 1109;
    public const int ListenerHasRoom = 1115;
}
