using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// The sessions of a node, one per document. Thread-safe. A session that leaves stays known until it is wholly gone:
/// the next session of its document loads only then, so that its subscription and its place in the locator are never
/// taken away by the one before.
/// </summary>
internal sealed class SessionRegistry
{
    private readonly SessionServices services;
    private readonly SessionTable table;
    private readonly SessionLooks looks;
    private readonly StaleListings stale;
    private readonly TaskCompletionSource empty = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SessionRegistry(SessionServices services)
    {
        this.services = services;
        table = new SessionTable(name => new DocumentSession(name, services, this));
        looks = new SessionLooks(table);
        stale = new StaleListings(services);
    }

    /// <summary>Sessions in memory, those included that are being loaded or left.</summary>
    public int Count => table.Count;

    /// <summary>What the sessions add up to.</summary>
    public DocumentTotals Totals => services.Totals;

    /// <summary>
    /// Makes a place for a connection at its document, which is loaded if it is not here. The caller calls <see
    /// cref="Attachment.Join"/> on it in any case.
    /// </summary>
    /// <param name="name">The document.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="access">What it may do.</param>
    /// <param name="userId">Whose it is, if that is known.</param>
    /// <param name="protocol">What it speaks, as people who look at connections read it.</param>
    public Attachment Place(
        DocumentName name,
        ISessionConnection connection,
        AccessLevel access,
        string? userId = null,
        string protocol = "")
    {
        var session = Choose(name);
        return new Attachment(session, connection, access)
        {
            Activity = session.Activity?.Connection(userId, protocol),
            Presence = new PresenceState { User = PresenceUser.Of(userId) },
        };
    }

    /// <summary>Opens the document, hands out its state, and leaves it again unless a connection wants it.</summary>
    /// <param name="name">The document.</param>
    /// <param name="reader">Called once, with the state, or with null and the reason.</param>
    public void Visit(DocumentName name, Action<byte[]?, RefusalReason> reader)
    {
        var session = Choose(name);
        session.Mailbox.Post(() => session.Visit(reader));
    }

    /// <summary>
    /// Opens the document, has a snapshot stored of everything that its log holds by now, and leaves it again unless
    /// a connection wants it.
    /// </summary>
    /// <param name="name">The document.</param>
    /// <param name="again">Go through a save also where a snapshot is there: its checkpoint may be lost.</param>
    /// <param name="request">
    /// Called once, with the position that is stored (<see cref="Position.None"/> for a document that was never written
    /// to), or with the reason why it is not.
    /// </param>
    public void Save(DocumentName name, bool again, Action<Position, RefusalReason> request)
    {
        var session = Choose(name);
        session.Mailbox.Post(() => session.SaveNow(again, request));
    }

    /// <summary>
    /// Asks the document's session, if there is one, for its state with everything that the log holds by now; false
    /// without calling the reader if there is none.
    /// </summary>
    public bool TryRead(DocumentName name, Action<byte[]?, RefusalReason> reader)
    {
        if (table.Join(name) is not { } session)
        {
            return false;
        }

        session.Mailbox.Post(() => session.Read(reader));
        return true;
    }

    /// <summary>
    /// Asks the document's session, if there is one, for what another node needs to load it; false without calling the
    /// reader if there is none.
    /// </summary>
    /// <param name="name">The document.</param>
    /// <param name="reader">
    /// Called once, on any thread: with null while the session is loading or failing, "not yet".
    /// </param>
    /// <remarks>
    /// The node that asks has read in the locator that this node holds the document. If it does not, its listing is
    /// removed.
    /// </remarks>
    public bool TryShare(DocumentName name, Action<PeerState?> reader)
    {
        var session = table.FindOrHold(name, out var isHeld);
        session?.Mailbox.Post(() => reader(session.Share()));
        if (isHeld)
        {
            _ = stale.RemoveAsync(name, Gone);
        }

        return session is not null;
    }

    /// <summary>
    /// Asks the document's session, if there is one, for presence; false without calling the reader if there is none.
    /// </summary>
    /// <param name="name">The document.</param>
    /// <param name="reader">
    /// Called once, on any thread, with all clients that are there and those that went lately (y-protocols
    /// encoding); with null while the session is loading.
    /// </param>
    public bool TryShowPresence(DocumentName name, Action<byte[]?> reader)
    {
        var session = table.Find(name);
        session?.Mailbox.Post(() => reader(session.Presence()));
        return session is not null;
    }

    /// <summary>A node is dead: its clients are gone.</summary>
    public void NodeEnded(ulong node) =>
        LookAtAll(node, static (node, session) => session.Mailbox.PostElsewhere(() => session.OnNodeEnded(node)));

    /// <summary>A node that was taken for dead is there.</summary>
    public void NodeReturned(ulong node) =>
        LookAtAll(node, static (node, session) => session.Mailbox.PostElsewhere(() => session.OnNodeReturned(node)));

    /// <summary>Looks at every session that is here now; joins hardly wait for it, other looks do.</summary>
    public void LookAtAll<T>(T looker, Action<T, DocumentSession> look) => looks.LookAtAll(looker, look);

    /// <summary>Completes when the session that the document has now, if it has one, is wholly gone.</summary>
    public Task WhenGoneAsync(DocumentName name) => table.WhenGoneAsync(name);

    /// <summary>
    /// Lets all sessions leave as soon as their connections are gone, and completes when none is left. No connection
    /// joins any more.
    /// </summary>
    public Task LeaveAllAsync()
    {
        var all = table.Stop();
        CompleteIfEmpty();
        foreach (var session in all)
        {
            session.Mailbox.PostElsewhere(session.OnNodeStops);
        }

        return empty.Task;
    }

    /// <summary>The session has seen a join.</summary>
    public void Joined(DocumentSession session) => table.EndJoin(session);

    /// <summary>Removes a session that is to end, unless a connection is about to join it.</summary>
    public bool TryRetire(DocumentSession session) => table.TryRetire(session);

    /// <summary>Removes a session that failed.</summary>
    public void Retire(DocumentSession session) => table.Retire(session);

    /// <summary>
    /// A session of this document that was removed has freed everything: the next one may load.
    /// </summary>
    public void Gone(DocumentName name)
    {
        var next = table.Free(name, out var waiter);
        waiter?.SetResult();
        next?.Mailbox.Post(next.BeginLoad);
        CompleteIfEmpty();
    }

    private DocumentSession Choose(DocumentName name)
    {
        var session = table.Join(name, out var mayLoad);
        if (mayLoad)
        {
            session.Mailbox.Post(session.BeginLoad);
        }

        return session;
    }

    private void CompleteIfEmpty()
    {
        if (table.IsAtEnd)
        {
            empty.TrySetResult();
        }
    }
}
