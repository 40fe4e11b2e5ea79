using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// While the log does not answer, the clients of this node go on among themselves: what waits for its append is shown
/// to the others, unlogged. It is not in the document, not in a snapshot, not acknowledged and not sent to its
/// writer; when the log is back it is appended like everything else, and delivered again to all, the writer among them.
/// </summary>
internal sealed partial class DocumentSession
{
    private bool isUnlogged;
    private long landed;
    private long landedBefore;

    /// <summary>
    /// What was shown unlogged since the log stopped answering. Other clients send it again when they connect anew, and
    /// it must not come back to its writer that way.
    /// </summary>
    private YDocument? shown;

    /// <summary>
    /// What the clients of another node shared unlogged when this one loaded the document. Both nodes append it: the
    /// other one may die before it can, and clients of this one have seen it.
    /// </summary>
    private ReadOnlyMemory<byte> peerUnlogged;

    /// <summary>The number of the append after which no connection has been shown more than the log has.</summary>
    private long unloggedUntil;

    /// <summary>Whether connections may have been shown what is not logged yet.</summary>
    private bool IsUnloggedShown => isUnlogged || landed < unloggedUntil || !peerUnlogged.IsEmpty;

    private bool IsStuck => flight is not null || outbox.Count > 0;

    /// <summary>
    /// Something waits for its append. One timer watches whether anything at all is appended, so that an append costs
    /// none.
    /// </summary>
    private void WatchLog()
    {
        if (!isUnlogged && !logTimer.IsSet)
        {
            landedBefore = landed;
            logTimer.Set(settings.UnloggedGrace);
        }
    }

    private void OnLogWatched()
    {
        if (!IsStuck)
        {
            return;
        }

        if (landed != landedBefore)
        {
            WatchLog();
            return;
        }

        LogUnlogged(services.Logger, Name);
        isUnlogged = true;

        // A client that has come back since sends again what its old connection had under way, and must not take the
        // update of its old connection for confirmed.
        var present = Unsettled().Where(i => i.From is { IsAttached: true }).GroupBy(i => i.From!)
            .Select(items => (Writer: items.Key, Written: Union(items))).ToList();
        foreach (var item in Unsettled().ToArray())
        {
            var returned = item.From is { IsAttached: false }
                ? present.Find(p => HasAll(p.Written, item.Update)).Writer
                : null;
            ShowUnlogged(item, returned ?? item.From);
        }
    }

    /// <summary>An append has reached the log: whatever still waits will soon.</summary>
    private void OnLanded()
    {
        landed++;
        if (isUnlogged)
        {
            // All that waits besides comes with the next append.
            unloggedUntil = landed + 1;
        }

        isUnlogged = false;
        shown = null;
    }

    /// <summary>
    /// What clients wrote and the log does not have yet, in its order; without what the session itself appends anew,
    /// which its document has.
    /// </summary>
    private IEnumerable<OutboxItem> Unsettled() => (flight?.Items ?? []).Concat(outbox).Where(i => !i.IsRecovery);

    /// <summary>Shows what was just taken into the outbox, from index <paramref name="first"/> on.</summary>
    private void ShowTaken(int first)
    {
        for (var i = first; i < outbox.Count && isUnlogged; i++)
        {
            ShowUnlogged(outbox[i], outbox[i].From);
        }
    }

    /// <summary>Shows an update to all connections but one.</summary>
    private void ShowUnlogged(in OutboxItem item, Attachment? except)
    {
        shown ??= new YDocument(settings.GarbageCollection);
        if (!shown.TryApply(item.Update, out var news, out var error))
        {
            throw new InvalidOperationException($"An update that was checked does not read: {error}");
        }

        if (!news.IsEmpty)
        {
            foreach (var attachment in attachments)
            {
                // One that has not asked yet is not shown it before the answer to its question.
                attachment.Delivery.IsExact &= !attachment.Delivery.Follows;
            }

            Deliver(news, except);
        }
    }

    private YDocument Union(IEnumerable<OutboxItem> items)
    {
        var union = new YDocument(settings.GarbageCollection);
        foreach (var item in items)
        {
            _ = union.TryApply(item.Update, out _, out _);
        }

        return union;
    }

    private static bool HasAll(YDocument document, ReadOnlyMemory<byte> update) =>
        document.TryGetNews(update, out var news, out _, isAccepted: true) && news.IsEmpty;

    /// <summary>
    /// What another node shares unlogged is appended here, too: this one has just read the log, and can reach it. Not
    /// where it builds on what the document lacks, because the log was lost: the other node appends that first.
    /// </summary>
    private void AppendPeerUnlogged()
    {
        if (!peerUnlogged.IsEmpty && document.TryGetNews(peerUnlogged, out var news, out _) && !news.IsEmpty
            && document.HasPastOf(news))
        {
            outbox.Add(new OutboxItem(null, news, 0, false, documentVersion));
            StartAppend();
        }
    }

    /// <summary>All that is shared unlogged, as one update; empty when there is nothing.</summary>
    private ReadOnlyMemory<byte> Unlogged(Attachment? except = null)
    {
        var updates = isUnlogged
            ? Unsettled().Where(i => except is null || i.From != except).Select(i => i.Update).ToList()
            : [];
        if (!peerUnlogged.IsEmpty)
        {
            // Gone as soon as the document has all of it; what does not read is nothing.
            if (document.TryGetNews(peerUnlogged, out var news, out _) && !news.IsEmpty)
            {
                updates.Add(news);
            }
            else
            {
                peerUnlogged = default;
            }
        }

        if (updates.Count == 0)
        {
            return default;
        }

        if (!YDocument.TryMerge(updates, out var merged, out var error))
        {
            throw new InvalidOperationException($"Updates that were checked do not merge: {error}");
        }

        return except is null ? merged : WithoutOwn(merged, except);
    }

    /// <summary>Others may have sent again what this connection wrote.</summary>
    private ReadOnlyMemory<byte> WithoutOwn(ReadOnlyMemory<byte> unlogged, Attachment attachment)
    {
        var own = Union(Unsettled().Where(i => i.From == attachment));
        return own.TryGetNews(unlogged, out var news, out _, isAccepted: true) ? news : default;
    }

    /// <summary>
    /// After an answer that says what the document has: what is shared unlogged besides, without the structs that the
    /// asker has itself. A client that comes back after a broken connection must not take its own update for
    /// confirmed.
    /// </summary>
    private void AddUnlogged(Attachment attachment, ReadOnlyMemory<byte> stateVector)
    {
        var unlogged = Unlogged(attachment);
        if (unlogged.IsEmpty)
        {
            return;
        }

        // In one message, whatever its size: what exactly the client has of it is not known.
        var others = new YDocument(settings.GarbageCollection);
        if (!others.TryApply(unlogged, out _, out var error)
            || !others.TryEncodeDiff(stateVector.Span, out var diff, out error))
        {
            throw new InvalidOperationException($"Updates that were checked do not read: {error}");
        }

        if (!diff.AsSpan().SequenceEqual(EmptyUpdate))
        {
            attachment.Delivery.Parts.Enqueue(AnswerPart.Make(attachment.Connection.Format, diff, endsAnswer: false));
        }
    }
}
