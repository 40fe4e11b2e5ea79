namespace Relay.Links;

/// <summary>
/// A connection between two nodes that have proved themselves to each other. One send and one receive at a time, on any
/// threads. Frames arrive in order, or the connection ends.
/// </summary>
internal interface ILinkConnection : IDisposable
{
    /// <exception cref="IOException">The connection is over.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up; the connection is over.</exception>
    ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellation);

    /// <summary>The next frame, which may be kept; null when the connection is over.</summary>
    ValueTask<ReadOnlyMemory<byte>?> ReceiveAsync(CancellationToken cancellation);

    /// <summary>Ends the connection at once. May be called again.</summary>
    void Abort();
}
