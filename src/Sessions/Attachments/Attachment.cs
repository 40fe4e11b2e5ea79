namespace Relay.Sessions;

/// <summary>
/// One connection's place at one session. The methods are for the connection, thread-safe, and go to the session in the
/// order of their calls. Everything else belongs to the session's mailbox: what each part of the session knows about
/// the connection.
/// </summary>
internal sealed class Attachment
{
    private static readonly Action<object, object?> ReceiveHandler = static (attachment, messages) =>
        ((Attachment)attachment).TakeIn((IReadOnlyList<DocumentMessage>)messages!);

    private static readonly Func<object, object?, bool> ReceiveIsLong = static (attachment, messages) =>
        ((Attachment)attachment).IsTakeInLong((IReadOnlyList<DocumentMessage>)messages!);

    private static readonly Action<object, object?> SentHandler = static (attachment, _) =>
        ((Attachment)attachment).TakeSent();

    private static readonly Func<object, object?, bool> SentIsLong = static (attachment, _) =>
        ((Attachment)attachment).IsTakeSentLong();

    private readonly IAttachmentSession session;

    public Attachment(IAttachmentSession session, ISessionConnection connection, AccessLevel access)
    {
        this.session = session;
        Connection = connection;
        Access = access;
        Receipts = new ConnectionReceipts(connection, Delivery);
    }

    public ISessionConnection Connection { get; }

    /// <summary>
    /// What the connection may do: with less than <see cref="AccessLevel.Write"/> none of its updates reaches the
    /// outbox.
    /// </summary>
    public AccessLevel Access { get; set; }

    /// <summary>Whether the session still counts it among its connections.</summary>
    public bool IsAttached { get; set; }

    /// <summary>Whether it was greeted: before that the document is not loaded, and its messages wait.</summary>
    public bool IsServed { get; set; }

    /// <summary>
    /// Messages that came before it was served. The connection bounds them: it reads on only as they are settled.
    /// </summary>
    public Queue<IReadOnlyList<DocumentMessage>>? Waiting { get; set; }

    /// <summary>What goes through it; null where no metadata of documents is kept.</summary>
    public ConnectionActivity? Activity { get; init; }

    public DeliveryState Delivery { get; } = new();

    public PresenceState Presence { get; init; } = new();

    public ConnectionReceipts Receipts { get; }

    public EarlyUpdates Early { get; } = new();

    /// <summary>
    /// The number, among the session's appends, of the last one with an update of this connection. Belongs to the
    /// outbox.
    /// </summary>
    public long LastAppend { get; set; }

    /// <summary>Joins the session; called once, first of all.</summary>
    public void Join() => session.Mailbox.Post(() => session.Attach(this));

    /// <summary>Hands in messages that came together; those of one frame are taken wholly or not at all.</summary>
    public void Receive(IReadOnlyList<DocumentMessage> messages) =>
        session.Mailbox.Post(ReceiveHandler, this, messages, ReceiveIsLong);

    /// <summary>
    /// Changes what the connection may do, for messages that it hands in from now on; what was accepted before stays
    /// accepted.
    /// </summary>
    public void ChangeAccess(AccessLevel level) => session.Mailbox.Post(() => session.ChangeAccess(this, level));

    /// <summary>Everything that the last <see cref="ISessionConnection.Send"/> was given is sent.</summary>
    public void Sent() => session.Mailbox.Post(SentHandler, this, null, SentIsLong);

    /// <summary>The connection is gone, or about to go; further calls have no effect.</summary>
    /// <param name="clean">
    /// The client (or this node) said goodbye: its presence goes at once, not after the time that an abruptly lost
    /// client has for its return.
    /// </param>
    public void Leave(bool clean) => session.Mailbox.Post(() => session.Detach(this, clean));

    private void TakeIn(IReadOnlyList<DocumentMessage> messages) => session.Receive(this, messages);

    private bool IsTakeInLong(IReadOnlyList<DocumentMessage> messages) => session.IsReceiveLong(this, messages);

    private void TakeSent() => session.OnSent(this);

    private bool IsTakeSentLong() => session.IsOnSentLong(this);
}
