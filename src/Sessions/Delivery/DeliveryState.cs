namespace Relay.Sessions;

/// <summary>What a session knows about what one connection was sent. Belongs to the session's mailbox.</summary>
internal sealed class DeliveryState
{
    /// <summary>
    /// Whether the connection is sending; the next frames wait for its <see cref="Attachment.Sent"/>.
    /// </summary>
    public bool IsSending { get; set; }

    /// <summary>
    /// Whether it is sent entries. Not before its first SyncStep1 was answered: an entry that builds on what the client
    /// lacks would have its deletes take effect there before its insertions.
    /// </summary>
    public bool Follows { get; set; }

    /// <summary>Whether it was sent an answer to a SyncStep1, and so the whole document.</summary>
    public bool IsAnswered { get; set; }

    /// <summary>
    /// Until then, its questions are taken for ones whose answer it has: that to its last one was too large to be sent
    /// twice.
    /// </summary>
    public DateTimeOffset AnswerCountsUntil { get; set; }

    /// <summary>The number of the next entry to send, in the session's <see cref="DeliveryLog"/>.</summary>
    public long Cursor { get; set; }

    /// <summary>
    /// The session let go of entries that this connection was not sent: it gets one merged diff from <see
    /// cref="Base"/>.
    /// </summary>
    public bool IsBehind => !Base.IsEmpty;

    /// <summary>
    /// For a connection that is behind: the state vector before the entry at its cursor; otherwise empty.
    /// </summary>
    public ReadOnlyMemory<byte> Base { get; set; }

    /// <summary>
    /// Whether the client has exactly what it was sent, or what its SyncStep1 says if that is not answered yet. It has
    /// more while an update of its own is on its way into the log, or when it was shown unlogged ones; and what it has
    /// is not known when the node asks in its place, or when it asks again before it was answered. Then a diff cannot
    /// be cut into parts without the client integrating some of them early.
    /// </summary>
    public bool IsExact { get; set; }

    /// <summary>
    /// An update of its own is in the log. Others may build on it, and their structs come with the answer to a question
    /// that did not have it.
    /// </summary>
    public void LogsOwn() => IsExact &= Follows;

    /// <summary>
    /// The state vectors of SyncSteps1 that wait for their answers, each with the bytes of its message, which are
    /// settled then.
    /// </summary>
    public SparseQueue<(ReadOnlyMemory<byte> StateVector, int Settles)> SyncRequests;

    /// <summary>The rest of a state that is sent in parts.</summary>
    public SparseQueue<AnswerPart> Parts;

    /// <summary>What most of <see cref="Parts"/> are of, until they are sent.</summary>
    public SyncAnswer? Answer { get; set; }

    /// <summary>What frames take that were made for this connection alone and are not sent.</summary>
    public long CopiedBytes { get; set; }

    /// <summary>Whether there was no room for an answer, or for a frame of it; everything else goes on.</summary>
    public bool WaitsForRoom { get; set; }

    /// <summary>
    /// Its place among those of the document that were refused room, until it has some; the last one without.
    /// </summary>
    public long Turn { get; set; } = long.MaxValue;

    /// <summary>Applications' own messages, in frames, and their bytes.</summary>
    public SparseQueue<ReadOnlyMemory<byte>> Stateless;

    public long StatelessBytes { get; set; }

    /// <summary>Entries of its own clients, in frames, that it is asked to say again.</summary>
    public SparseQueue<ReadOnlyMemory<byte>> Nudges;

    /// <summary>
    /// Frames for this connection alone, each with the bytes of its own message that are settled once it goes out.
    /// </summary>
    public SparseQueue<(ReadOnlyMemory<byte> Frame, int Settles)> Direct;
}
