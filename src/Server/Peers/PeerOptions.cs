namespace Relay.Peers;

/// <summary>How a node asks others for a document's state.</summary>
internal sealed record PeerOptions
{
    /// <summary>
    /// After this time nobody is waited for any more: snapshots and log give the same state. Default: 3 s, several
    /// times what a large document takes between two nodes.
    /// </summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// When a holder has not answered wholly after this time, the next one is asked as well. Default: 250 ms.
    /// </summary>
    public TimeSpan NextAfter { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// How long a connection may take to come about. Default: 1 s; nobody may listen at an address any more.
    /// </summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The most bytes of an answer, decompressed; a larger one is none. Default: 256 MiB. A node derives it from
    /// <c>Limits:MaxDocumentBytes</c>, twice that: a document that was larger before the limit was set is still served.
    /// </summary>
    public long MaxBytes { get; init; } = 256 << 20;
}
