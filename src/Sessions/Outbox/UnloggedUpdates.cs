namespace Relay.Sessions;

/// <summary>
/// While the log does not answer, the clients of this node go on among themselves: what waits for its append is shown
/// to the others, unlogged. It is not in the document, not in a snapshot, not acknowledged and not sent to its writer.
/// When the log is back it is appended like everything else, and delivered again to all, the writer among them. Belongs
/// to the session's mailbox.
/// </summary>
internal sealed partial class UnloggedUpdates
{
    private readonly SessionContext context;
    private readonly LoggedDocument content;
    private readonly Outbox outbox;
    private readonly IOutboxSession session;
    private readonly AppendProgress progress;
    private bool isLogAway;

    /// <summary>
    /// What was shown unlogged since the log stopped answering; null if there is none. Other clients send it again when
    /// they connect anew, and it must not come back to its writer that way.
    /// </summary>
    private IContent? shown;

    /// <summary>What shown updates may build on; null if none was shown.</summary>
    private UnloggedPast? past;

    /// <summary>
    /// What the clients of another node shared unlogged when this one loaded the document. Both nodes append it: the
    /// other one may die before it can, and clients of this one have seen it.
    /// </summary>
    private ReadOnlyMemory<byte> peer;

    /// <summary>The number of the append after which no connection has been shown more than the log has.</summary>
    private long shownUntil;

    /// <param name="context">What every part has.</param>
    /// <param name="content">The logged document.</param>
    /// <param name="outbox">What waits to be logged.</param>
    /// <param name="watch">Notices that the log does not answer.</param>
    /// <param name="session">Sends an update to the connections.</param>
    public UnloggedUpdates(
        SessionContext context, LoggedDocument content, Outbox outbox, AppendWatch watch, IOutboxSession session)
    {
        this.context = context;
        this.content = content;
        this.outbox = outbox;
        this.session = session;
        progress = new AppendProgress(outbox, context.Effects, watch, this);
    }

    /// <summary>Whether connections may have been shown updates that are not logged yet.</summary>
    public bool IsShown => isLogAway || progress.Logged < shownUntil || !peer.IsEmpty;

    /// <summary>Another node shares these with its clients.</summary>
    public void OnPeer(ReadOnlyMemory<byte> unlogged)
    {
        peer = unlogged;
        AppendPeers();
    }

    /// <summary>
    /// What another node shares unlogged is appended here, too: this one has just read the log, and can reach it. Not
    /// where it builds on what the document lacks, because the log was lost: the other node appends that first.
    /// </summary>
    public void AppendPeers()
    {
        if (!peer.IsEmpty && content.Document.TryGetNews(peer, out var diff, out _) && !diff.IsEmpty
            && content.Document.HasPastOf(diff))
        {
            outbox.Take(new OutboxItem(null, diff, 0, false, content.Version));
            outbox.Append();
        }
    }

    /// <summary>An update waits for its append: from now on it is watched whether any append is logged.</summary>
    public void Watch()
    {
        if (!isLogAway)
        {
            progress.Watch();
        }
    }

    /// <summary>An append is in the log: what still waits will soon be.</summary>
    public void OnLogged()
    {
        progress.OnLogged();
        if (isLogAway)
        {
            // All that waits besides comes with the next append.
            shownUntil = progress.Logged + 1;
        }

        isLogAway = false;
        shown = null;
        past = null;
    }

    /// <summary>Shows what was just taken into the outbox, from index <paramref name="first"/> on.</summary>
    public void ShowTaken(int first)
    {
        for (var i = first; i < outbox.Count && isLogAway; i++)
        {
            Show(outbox[i], outbox[i].From);
        }
    }

    /// <summary>
    /// All that is shared unlogged and takes effect at once, as one update; empty if there is none.
    /// </summary>
    /// <param name="except">Without what this connection wrote; null for all.</param>
    public ReadOnlyMemory<byte> Merge(Attachment? except)
    {
        List<ReadOnlyMemory<byte>> updates = [];
        var known = new UnloggedPast(content);
        if (!peer.IsEmpty)
        {
            // Gone as soon as the document has all of it; what does not read does not count.
            if (content.Document.TryGetNews(peer, out var diff, out _) && !diff.IsEmpty)
            {
                if (known.TryAdd(diff))
                {
                    updates.Add(diff);
                }
            }
            else
            {
                peer = default;
            }
        }

        if (isLogAway)
        {
            updates.AddRange(outbox.Unlogged.Where(item => known.TryAdd(item.Update))
                .Where(item => except is null || item.From != except).Select(item => item.Update));
        }

        if (updates.Count == 0)
        {
            return default;
        }

        if (!content.Kind.TryMerge(updates, out var merged, out var error))
        {
            throw new InvalidOperationException($"Updates that were checked do not merge: {error}");
        }

        return except is null ? merged : WithoutOwn(merged, except);
    }

    /// <summary>The watch has seen no append being logged for a while.</summary>
    public void OnNotLogged()
    {
        if (outbox.IsEmpty || isLogAway || context.Effects.IsClosed)
        {
            return;
        }

        if (progress.HasMoved)
        {
            progress.Watch();
            return;
        }

        LogUnlogged(context.Logger, context.Name);
        isLogAway = true;

        // A client that has come back since sends again what its old connection had in flight, and must not take the
        // update of its old connection for acknowledged.
        var present = outbox.Unlogged.Where(i => i.From is { IsAttached: true }).GroupBy(i => i.From!)
            .Select(items => (Writer: items.Key, Written: Union(items))).ToList();
        foreach (var item in outbox.Unlogged.ToArray())
        {
            var returned = item.From is { IsAttached: false }
                ? present.Find(p => HasAll(p.Written, item.Update)).Writer
                : null;
            Show(item, returned ?? item.From);
        }
    }

    /// <summary>Shows an update to all connections but one, if it takes effect there at once.</summary>
    private void Show(in OutboxItem item, Attachment? except)
    {
        if (past is null)
        {
            past = new UnloggedPast(content);
            _ = !peer.IsEmpty && past.TryAdd(peer);
        }

        if (!past.TryAdd(item.Update))
        {
            return;
        }

        shown ??= content.Kind.Create();
        if (!shown.TryApply(item.Update, out var diff, out var error))
        {
            throw new InvalidOperationException($"An update that was checked does not read: {error}");
        }

        if (!diff.IsEmpty)
        {
            session.ShowUnlogged(diff, except);
        }
    }

    private IContent Union(IEnumerable<OutboxItem> items)
    {
        var union = content.Kind.Create();
        foreach (var item in items)
        {
            _ = union.TryApply(item.Update, out _, out _);
        }

        return union;
    }

    private static bool HasAll(IContent document, ReadOnlyMemory<byte> update) =>
        document.TryGetNews(update, out var diff, out _, isAccepted: true) && diff.IsEmpty;

    /// <summary>Others may have sent again what this connection wrote.</summary>
    private ReadOnlyMemory<byte> WithoutOwn(ReadOnlyMemory<byte> unlogged, Attachment attachment)
    {
        var own = Union(outbox.Unlogged.Where(i => i.From == attachment));
        return own.TryGetNews(unlogged, out var diff, out _, isAccepted: true) ? diff : default;
    }
}
