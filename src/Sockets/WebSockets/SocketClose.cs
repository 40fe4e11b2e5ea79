namespace Relay.Sockets.WebSockets;

/// <summary>What a close frame says (RFC 6455, 5.5.1).</summary>
/// <param name="Code">The close code.</param>
/// <param name="Text">The reason for people: at most 123 bytes of ASCII, which is what a close frame holds.</param>
internal record SocketClose(int Code, string Text);
