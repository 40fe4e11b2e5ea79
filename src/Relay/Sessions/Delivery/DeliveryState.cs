namespace Relay.Sessions;

/// <summary>What a session knows about what one connection was sent. Belongs to the session's mailbox.</summary>
internal sealed class DeliveryState
{
    /// <summary>Whether the connection is sending; the next frames wait for its <see cref="Attachment.Sent"/>.</summary>
    public bool IsSending { get; set; }

    /// <summary>The number of the next entry to send, in the session's <see cref="DeliveryLog"/>.</summary>
    public long Cursor { get; set; }

    /// <summary>While it is sending: a state vector of what all entries before the cursor had brought, or of some earlier state.</summary>
    public ReadOnlyMemory<byte> Base { get; set; }

    /// <summary>The session let go of entries that this connection was not sent: it gets one merged difference from <see cref="Base"/>.</summary>
    public bool IsBehind { get; set; }

    /// <summary>The state vectors of SyncSteps1 that wait for their answers, each with the bytes of its message, which are settled then.</summary>
    public SparseQueue<(ReadOnlyMemory<byte> StateVector, int Settles)> SyncRequests;

    /// <summary>The rest of a state that is sent in parts, in frames.</summary>
    public SparseQueue<ReadOnlyMemory<byte>> Parts;

    /// <summary>Applications' own messages, in frames, and their bytes.</summary>
    public SparseQueue<ReadOnlyMemory<byte>> Stateless;

    public long StatelessBytes { get; set; }

    /// <summary>Frames for this connection alone, each with the bytes of its own message that are settled once it goes out.</summary>
    public SparseQueue<(ReadOnlyMemory<byte> Frame, int Settles)> Direct;
}
