using Relay.Persistence;

namespace Relay.Sessions;

/// <summary>
/// What sessions need of the settings, whose defaults stand there alone, and the figures that are not settings.
/// </summary>
internal sealed record SessionSettings
{
    /// <summary><c>Documents:IdleTimeout</c>.</summary>
    public required TimeSpan IdleTimeout { get; init; }

    /// <summary><c>Documents:SaveInterval</c>.</summary>
    public required TimeSpan SaveInterval { get; init; }

    /// <summary><c>Documents:KeepSnapshots</c>.</summary>
    public required SnapshotRetention Retention { get; init; }

    /// <summary>What documents are.</summary>
    public required IContentKind Content { get; init; }

    /// <summary><c>Limits:MaxDocumentBytes</c>.</summary>
    public required long MaxDocumentBytes { get; init; }

    /// <summary><c>Limits:MaxConnectionsPerDocument</c>.</summary>
    public required int MaxConnectionsPerDocument { get; init; }

    /// <summary><c>Limits:MaxAwarenessBytes</c> and <c>Limits:MaxAwarenessEntries</c>.</summary>
    public required AwarenessLimits Awareness { get; init; }

    /// <summary>
    /// A snapshot is due when the log holds so many bytes that none covers, in a document of up to four times this:
    /// what a loader has to read besides the snapshot stays small.
    /// </summary>
    public long SaveBytes { get; init; } = 4 << 20;

    /// <summary>The most that is kept of entries for connections that are still sending, per session.</summary>
    public long DeliveryBytes { get; init; } = 4 << 20;

    /// <summary>
    /// <c>Limits:MaxSyncMessageBytes</c>, and the parts of a larger diff. On a line of 1 Mbit/s each part, and the last
    /// one, must arrive well within the 30 s after which a client that gets no message gives the connection up.
    /// </summary>
    public required AnswerSizes Sync { get; init; }

    /// <summary>
    /// How long a served connection has time to say what it has, before it is sent entries all the same.
    /// </summary>
    public TimeSpan OpeningPatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The most that is handed to a connection at once. It is asked for more when that is sent.</summary>
    public int SendBytes { get; init; } = 512 << 10;

    /// <summary>
    /// The most that is held of entries which arrive while the document is loaded or put together anew, and the most of
    /// what the channel brings that waits in the mailbox; what is beyond it is read from the log.
    /// </summary>
    public long HeldBytes { get; init; } = 8 << 20;

    /// <summary>
    /// The most that waits of applications' own messages, for a connection that is still sending and for the other
    /// nodes; beyond it they are dropped. A few of the largest (<c>Limits:MaxStatelessBytes</c>).
    /// </summary>
    public required long StatelessBytes { get; init; }

    /// <summary>
    /// How long an entry from beyond the next offset waits for those before it: replies and channel messages overtake
    /// each other by less.
    /// </summary>
    public TimeSpan GapWait { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long an abruptly lost client has to come back before its presence goes.</summary>
    public TimeSpan ReturnTime { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How often presence is looked through for entries that were not renewed.</summary>
    public TimeSpan PresenceCheck { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// The shortest time between two messages about presence to a connection (<see cref="PresencePace"/>): 20 a second
    /// look smooth, and a mouse moves 60 times or more.
    /// </summary>
    public TimeSpan PresenceInterval { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>A call to a store that takes longer is given up; its outcome is unknown then.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a load waits for the locator, which is only a short cut to what the stores say.</summary>
    public TimeSpan LocatorTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the claim to be the one who saves a document lasts: longer than a save may take.</summary>
    public TimeSpan SaveLease { get; init; } = TimeSpan.FromSeconds(75);

    /// <summary>
    /// How often a session that wants to leave asks whether the node that has claimed its save has saved it.
    /// </summary>
    public TimeSpan SavedElsewhereCheck { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long an update waits for the log before it is shown to others on this node unlogged.</summary>
    public TimeSpan UnloggedGrace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A load, or the writing of a snapshot, that takes longer is given up.</summary>
    public TimeSpan LongCallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The first and the longest wait before a failed call to a store is repeated.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromMilliseconds(100);

    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest wait before an append of unknown outcome is repeated: its writer waits for it.</summary>
    public TimeSpan LongestAppendRetry { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How many bytes that no snapshot covers make one due. A snapshot costs what the document's size is, so a document
    /// that grows by small updates writes about five times what was sent, however large it becomes.
    /// </summary>
    /// <param name="stateBytes">The document's size when it was last encoded; 0 if it was not yet.</param>
    public long SaveBytesOf(long stateBytes) => Math.Max(SaveBytes, stateBytes / 4);

    /// <summary>
    /// How long a change waits for a snapshot: <see cref="SaveInterval"/>, for large documents up to twice as long. Not
    /// longer, because a document that has waited three times as long is orphaned to other nodes.
    /// </summary>
    /// <param name="stateBytes">The document's size when it was last encoded; 0 if it was not yet.</param>
    public TimeSpan SaveIntervalOf(long stateBytes) =>
        SaveInterval * Math.Clamp((double)stateBytes / SaveBytes, 1, 2);
}
