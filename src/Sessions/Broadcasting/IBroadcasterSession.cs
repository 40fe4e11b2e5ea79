namespace Relay.Sessions;

/// <summary>What the broadcaster asks the other parts of its session, and tells them.</summary>
internal interface IBroadcasterSession
{
    /// <summary>Whether connections may have been shown updates that are not logged yet.</summary>
    bool IsUnloggedShown { get; }

    /// <summary>
    /// All that is shown unlogged, as one update, without what this connection wrote; empty if there is none.
    /// </summary>
    ReadOnlyMemory<byte> UnloggedFor(Attachment attachment);

    /// <summary>Drops presence that was not renewed, before a connection is told all of it.</summary>
    void ExpireAwareness();

    /// <summary>A connection broke a rule.</summary>
    void Refuse(Attachment attachment, RefusalReason reason);
}
