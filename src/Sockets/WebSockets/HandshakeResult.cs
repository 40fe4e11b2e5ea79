namespace Relay.Sockets.WebSockets;

/// <summary>How an opening handshake ended.</summary>
/// <param name="Connection">The connection; null when the handshake is refused.</param>
/// <param name="Status">The HTTP status of the refusal.</param>
/// <param name="Sentence">Why it is refused, for people.</param>
internal readonly record struct HandshakeResult(UpgradedConnection? Connection, int Status, string Sentence)
{
    public static HandshakeResult Refused(int status, string sentence) => new(null, status, sentence);
}
