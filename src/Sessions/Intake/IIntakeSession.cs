using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>What the intake tells the other parts of its session.</summary>
internal interface IIntakeSession
{
    /// <summary>Whether the document was ever written to.</summary>
    bool HasEntries { get; }

    /// <summary>Whether it may take long to apply an entry of this length, or what waits for its append.</summary>
    bool IsApplyLong(int entryBytes);

    /// <summary>A client has answered the node's question for its document.</summary>
    void OnOpened(Attachment attachment);

    /// <summary>A client tells presence.</summary>
    void ReceiveAwareness(Attachment attachment, IReadOnlyList<AwarenessEntry> entries);

    /// <summary>A client sends an application's message.</summary>
    void ReceiveStateless(Attachment attachment, ReadOnlyMemory<byte> message);

    /// <summary>A connection broke a rule: it is none of the session's when its client reads why.</summary>
    void Refuse(Attachment attachment, RefusalReason reason);
}
