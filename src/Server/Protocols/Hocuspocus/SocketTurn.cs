namespace Relay.Protocols.Hocuspocus;

/// <summary>Something to send on a Hocuspocus socket.</summary>
/// <param name="Channel">Whose batch it is; null for what the socket itself says.</param>
/// <param name="Frames">Whole frames of the socket's own; null for a document's turn.</param>
/// <param name="Charged">What is charged for it.</param>
internal readonly record struct SocketTurn(
    HocuspocusChannel? Channel, ReadOnlyMemory<byte>[]? Frames, int Charged = 0) : ITurn
{
    /// <summary>Its document was closed meanwhile.</summary>
    public bool IsOver => Channel is { HasEnded: true };
}
