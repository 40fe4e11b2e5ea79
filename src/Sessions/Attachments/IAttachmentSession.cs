namespace Relay.Sessions;

/// <summary>
/// The session that an <see cref="Attachment"/> belongs to. Everything but the mailbox is called from that mailbox.
/// </summary>
internal interface IAttachmentSession
{
    Mailbox Mailbox { get; }

    /// <summary>A connection joins.</summary>
    void Attach(Attachment attachment);

    /// <summary>A connection is gone; without effect for one that is not attached.</summary>
    void Detach(Attachment attachment, bool clean);

    /// <summary>A connection has other rights for what it hands in from now on.</summary>
    void ChangeAccess(Attachment attachment, AccessLevel level);

    /// <summary>Takes messages that came together, of one frame or many.</summary>
    void Receive(Attachment attachment, IReadOnlyList<DocumentMessage> messages);

    /// <summary>Whether <see cref="Receive"/> may take long.</summary>
    bool IsReceiveLong(Attachment attachment, IReadOnlyList<DocumentMessage> messages);

    /// <summary>A connection has sent everything that it was given.</summary>
    void OnSent(Attachment attachment);

    /// <summary>Whether <see cref="OnSent"/> may take long.</summary>
    bool IsOnSentLong(Attachment attachment);
}
