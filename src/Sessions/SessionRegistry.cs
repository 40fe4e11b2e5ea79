using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// The sessions of a node, one per document. Thread-safe. A session that leaves stays known until it is wholly gone:
/// the next session of its document loads only then, so that its subscription and its place in the locator are never
/// taken away by the one before.
/// </summary>
internal sealed partial class SessionRegistry(SessionServices services)
{
    private readonly Lock gate = new();
    private readonly Dictionary<DocumentName, DocumentSession> sessions = [];
    private readonly DepartingSessions departing = new();
    private readonly PendingJoins joins = new();
    private readonly TaskCompletionSource empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool stopping;

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
        DocumentSession? session;
        lock (gate)
        {
            if (!sessions.TryGetValue(name, out session))
            {
                return false;
            }

            joins.Begin(session);
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
    /// Who asks has read in the locator that this node holds the document. If it does not, a call to the locator was
    /// given up and came late, or a removal failed: it is made up for.
    /// </remarks>
    public bool TryShare(DocumentName name, Action<PeerState?> reader)
    {
        DocumentSession? session;
        bool isListedStill;
        lock (gate)
        {
            isListedStill = !sessions.TryGetValue(name, out session) && !stopping && !departing.Contains(name);
            if (isListedStill)
            {
                departing.Add(name);
            }
        }

        if (session is not null)
        {
            session.Mailbox.Post(() => reader(session.Share()));
            return true;
        }

        if (isListedStill)
        {
            _ = RemoveFromLocatorAsync(name);
        }

        return false;
    }

    /// <summary>
    /// Asks the document's session, if there is one, who is there; false without calling the reader if there is none.
    /// </summary>
    /// <param name="name">The document.</param>
    /// <param name="reader">
    /// Called once, on any thread, with everybody's presence and who went lately (y-protocols encoding); with null
    /// while the session is loading.
    /// </param>
    public bool TryShowPresence(DocumentName name, Action<byte[]?> reader)
    {
        DocumentSession? session;
        lock (gate)
        {
            sessions.TryGetValue(name, out session);
        }

        session?.Mailbox.Post(() => reader(session.Presence()));
        return session is not null;
    }

    /// <summary>Completes when the session that the document has now, if it has one, is wholly gone.</summary>
    public Task WhenGoneAsync(DocumentName name)
    {
        lock (gate)
        {
            return sessions.ContainsKey(name) || departing.Contains(name)
                ? departing.WhenGoneAsync(name)
                : Task.CompletedTask;
        }
    }

    /// <summary>
    /// Lets all sessions leave as soon as their connections are gone, and completes when none is left. No connection
    /// joins any more.
    /// </summary>
    public Task LeaveAllAsync()
    {
        DocumentSession[] all;
        lock (gate)
        {
            stopping = true;
            all = [.. sessions.Values];
        }

        CompleteIfEmpty();
        foreach (var session in all)
        {
            session.Mailbox.PostElsewhere(session.OnNodeStops);
        }

        return empty.Task;
    }

    /// <summary>The session has seen a join.</summary>
    public void Joined(DocumentSession session)
    {
        lock (gate)
        {
            joins.End(session);
        }
    }

    /// <summary>Takes a session that wants to end out of the way, unless a connection is about to join it.</summary>
    public bool TryRetire(DocumentSession session)
    {
        lock (gate)
        {
            if (joins.Has(session))
            {
                return false;
            }

            RetireLocked(session);
            return true;
        }
    }

    /// <summary>Takes a session that failed out of the way.</summary>
    public void Retire(DocumentSession session)
    {
        lock (gate)
        {
            RetireLocked(session);
        }
    }

    /// <summary>
    /// A session of this document that was taken out of the way has freed everything: the next one may load.
    /// </summary>
    public void Gone(DocumentName name)
    {
        DocumentSession? next = null;
        TaskCompletionSource? waiter;
        lock (gate)
        {
            if (departing.Remove(name, out waiter))
            {
                sessions.TryGetValue(name, out next);
            }
        }

        waiter?.SetResult();
        next?.Mailbox.Post(next.BeginLoad);
        CompleteIfEmpty();
    }

    /// <summary>
    /// Meanwhile no session of the document loads, so that the removal does not land after its place was taken.
    /// </summary>
    private async Task RemoveFromLocatorAsync(DocumentName name)
    {
        try
        {
            using var timeout = new CancellationTokenSource(services.Settings.CallTimeout, services.Environment.Time);
            await services.Locator.RemoveAsync(name, timeout.Token);
        }
        catch (Exception exception)
        {
            // The next node that asks makes this one try again.
            services.LateRemovals.Add(name);
            LogStillListed(services.Logger, exception, name);
        }

        Gone(name);
    }

    private DocumentSession Choose(DocumentName name)
    {
        DocumentSession? session;
        var load = false;
        lock (gate)
        {
            if (!sessions.TryGetValue(name, out session))
            {
                session = new DocumentSession(name, services, this);
                sessions.Add(name, session);
                load = !departing.Contains(name);
                if (stopping)
                {
                    session.Mailbox.PostElsewhere(session.OnNodeStops);
                }
            }

            joins.Begin(session);
        }

        if (load)
        {
            session.Mailbox.Post(session.BeginLoad);
        }

        return session;
    }

    private void RetireLocked(DocumentSession session)
    {
        sessions.RemoveAndShrink(session.Name);
        departing.Add(session.Name);
    }

    private void CompleteIfEmpty()
    {
        lock (gate)
        {
            if (!stopping || sessions.Count > 0 || !departing.IsEmpty)
            {
                return;
            }
        }

        empty.TrySetResult();
    }
}
