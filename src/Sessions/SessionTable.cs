using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// The sessions of a node by the names of their documents, the joins that they have not seen, and those that are taken
/// out and not freed yet. Thread-safe.
/// </summary>
/// <param name="make">Makes the session of a document.</param>
internal sealed class SessionTable(Func<DocumentName, DocumentSession> make)
{
    private readonly Lock gate = new();
    private readonly Dictionary<DocumentName, DocumentSession> sessions = [];
    private readonly DepartingSessions departing = new();
    private readonly PendingJoins joins = new();
    private bool isStopping;

    /// <summary>How many sessions are in memory, with those that are not freed yet.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return sessions.Count + departing.Count;
            }
        }
    }

    /// <summary>Whether the node stops, and all sessions are freed.</summary>
    public bool IsAtEnd
    {
        get
        {
            lock (gate)
            {
                return isStopping && sessions.Count == 0 && departing.IsEmpty;
            }
        }
    }

    /// <summary>The document's session; null if there is none, or only one that was taken out.</summary>
    public DocumentSession? Find(DocumentName name)
    {
        lock (gate)
        {
            return sessions.GetValueOrDefault(name);
        }
    }

    /// <summary>The document's session, which stays until it has seen this join; null if there is none.</summary>
    public DocumentSession? Join(DocumentName name)
    {
        lock (gate)
        {
            var session = sessions.GetValueOrDefault(name);
            if (session is not null)
            {
                joins.Begin(session);
            }

            return session;
        }
    }

    /// <summary>Joins the document's session, which is made if there is none.</summary>
    /// <param name="name">The document.</param>
    /// <param name="mayLoad">
    /// Whether it was made and may load: no session before it is still to be freed. Otherwise <see cref="Free"/> says
    /// when.
    /// </param>
    public DocumentSession Join(DocumentName name, out bool mayLoad)
    {
        mayLoad = false;
        lock (gate)
        {
            if (!sessions.TryGetValue(name, out var session))
            {
                session = make(name);
                sessions.Add(name, session);
                mayLoad = !departing.Contains(name);
                if (isStopping)
                {
                    session.Mailbox.PostElsewhere(session.OnNodeStops);
                }
            }

            joins.Begin(session);
            return session;
        }
    }

    /// <summary>The session has seen a join.</summary>
    public void EndJoin(DocumentSession session)
    {
        lock (gate)
        {
            joins.End(session);
        }
    }

    /// <summary>Takes a session out that wants to end, unless it has a join to see.</summary>
    public bool TryRetire(DocumentSession session)
    {
        lock (gate)
        {
            if (joins.Has(session))
            {
                return false;
            }

            TakeOut(session);
            return true;
        }
    }

    /// <summary>Takes a session out that failed.</summary>
    public void Retire(DocumentSession session)
    {
        lock (gate)
        {
            TakeOut(session);
        }
    }

    /// <summary>
    /// The document's session. If there is none, and none that is still to be freed, the next one waits for
    /// <see cref="Free"/>; not while the node stops.
    /// </summary>
    /// <param name="name">The document.</param>
    /// <param name="isHeld">Whether the next session waits for the caller.</param>
    public DocumentSession? FindOrHold(DocumentName name, out bool isHeld)
    {
        lock (gate)
        {
            var session = sessions.GetValueOrDefault(name);
            isHeld = session is null && !isStopping && !departing.Contains(name);
            if (isHeld)
            {
                departing.Add(name);
            }

            return session;
        }
    }

    /// <summary>A session of the document that was taken out is freed, or what held the document has ended.</summary>
    /// <param name="name">The document.</param>
    /// <param name="waiter">Is to be completed; null if no caller waits.</param>
    /// <returns>The session that may load now; null if there is none.</returns>
    public DocumentSession? Free(DocumentName name, out TaskCompletionSource? waiter)
    {
        lock (gate)
        {
            return departing.Remove(name, out waiter) ? sessions.GetValueOrDefault(name) : null;
        }
    }

    /// <summary>Completes when the session that the document has now, if it has one, is freed.</summary>
    public Task WhenGoneAsync(DocumentName name)
    {
        lock (gate)
        {
            return sessions.ContainsKey(name) || departing.Contains(name)
                ? departing.WhenGoneAsync(name)
                : Task.CompletedTask;
        }
    }

    /// <summary>The node stops: sessions that are made from now on are told so at once.</summary>
    /// <returns>Those that are here.</returns>
    public IReadOnlyList<DocumentSession> Stop()
    {
        lock (gate)
        {
            isStopping = true;
            return [.. sessions.Values];
        }
    }

    /// <summary>Adds the sessions that are here now to a list.</summary>
    public void CopyTo(List<DocumentSession> list)
    {
        lock (gate)
        {
            list.AddRange(sessions.Values);
        }
    }

    private void TakeOut(DocumentSession session)
    {
        sessions.RemoveAndShrink(session.Name);
        departing.Add(session.Name);
    }
}
