using Relay.Backplane;

namespace Relay.Sessions;

/// <summary>
/// What waits to be logged, and the one append in flight, which takes all that waits when it begins. Belongs to the
/// session's mailbox, except for <see cref="OwnEntries"/>.
/// </summary>
internal sealed class Outbox
{
    private static readonly Func<object, object?, bool> IsLong = static (outbox, _) =>
        ((Outbox)outbox).session.IsApplyLong();

    private readonly SessionContext context;
    private readonly LoggedDocument content;
    private readonly RoomFigures figures;
    private readonly IOutboxSession session;
    private readonly AppendSender sender;
    private readonly OutboxBatches batches;
    private readonly List<OutboxItem> waiting = [];

    public Outbox(
        SessionContext context, LoggedDocument content, IDocumentLog log, RoomFigures figures, IOutboxSession session)
    {
        this.context = context;
        this.content = content;
        this.figures = figures;
        this.session = session;
        batches = new OutboxBatches(content, session);
        sender = new AppendSender(context, log, session);
    }

    /// <summary>How many updates wait.</summary>
    public int Count => waiting.Count;

    /// <summary>Whether no update waits and none is in flight.</summary>
    public bool IsEmpty => InFlight is null && waiting.Count == 0;

    /// <summary>The entry in flight; null if there is none.</summary>
    public InFlightAppend? InFlight => sender.InFlight;

    /// <summary>Which entries that the channel brings are appends of this outbox; on any thread.</summary>
    public OwnEntries OwnEntries => sender.OwnEntries;

    /// <summary>
    /// Whether an update that the stores lack is still to be appended: until then the document is more than its
    /// position says.
    /// </summary>
    public bool IsRecovering => waiting.Exists(static item => item.IsRecovery) || InFlight is { IsRecovery: true };

    /// <summary>
    /// What clients wrote and the log does not have yet, in its order; without what the session itself appends anew,
    /// which its document has.
    /// </summary>
    public IEnumerable<OutboxItem> Unlogged =>
        (InFlight?.Items ?? []).Concat(waiting).Where(static item => !item.IsRecovery);

    public OutboxItem this[int index] => waiting[index];

    /// <summary>Takes an update; the caller begins its append.</summary>
    public void Take(in OutboxItem item)
    {
        waiting.Add(item);
        content.Limit.Wait(item.Growth);
    }

    /// <summary>Puts the updates from one index to before another behind those that follow.</summary>
    public void MoveToEnd(int first, int end)
    {
        var moved = waiting.GetRange(first, end - first);
        waiting.RemoveRange(first, end - first);
        waiting.AddRange(moved);
    }

    /// <summary>
    /// Appends an entry without changes: the document gets another position, and all sessions that follow its log a
    /// reason to look where they stand.
    /// </summary>
    public void MoveOn()
    {
        waiting.Add(new OutboxItem(null, content.Kind.EmptyUpdate, 0, false, content.Version));
        Append();
    }

    /// <summary>
    /// The session goes on in the history that a reconcile has put together.
    /// </summary>
    /// <param name="state">That history.</param>
    /// <param name="diff">What of it the document did not have.</param>
    /// <param name="lacking">
    /// What it lacks of the document. It contains what an earlier recovery still had to append.
    /// </param>
    public void Rebase(DurableState state, ReadOnlyMemory<byte> diff, ReadOnlyMemory<byte> lacking)
    {
        if (InFlight?.IsAmong(state.Entries) == true)
        {
            Settle(diff);
        }
        else
        {
            sender.StartAnew();
            if (!diff.IsEmpty)
            {
                session.Deliver(diff);
            }
        }

        waiting.RemoveAll(static item => item.IsRecovery);
        _ = Recover(lacking);
        _ = Recover(state.Strays);
    }

    /// <summary>
    /// Takes what the stores, or sessions that follow the log, lack although the document has it, before all that
    /// waits. Returns false if they lack no part.
    /// </summary>
    public bool Recover(ReadOnlyMemory<byte> lacking)
    {
        if (!lacking.IsEmpty)
        {
            waiting.Insert(0, new OutboxItem(null, lacking, 0, false, content.Version));
        }

        return !lacking.IsEmpty;
    }

    /// <summary>Begins an append of all that waits, if none is in flight.</summary>
    public void Append()
    {
        if (InFlight is not null || waiting.Count == 0 || !session.MaySend || !session.IsOpen)
        {
            return;
        }

        var items = batches.Take(waiting);
        waiting.Clear();
        if (items.Count == 0)
        {
            return;
        }

        context.Metrics.Received(items.Count);
        figures.Updates += items.Count;
        sender.Begin(batches.Merge(items), items);
    }

    /// <summary>Sends the entry in flight, or sends it again, unless a call is under way.</summary>
    public void Send() => sender.Send();

    /// <summary>
    /// The entry in flight is in the log, and in the document. Its writers are acknowledged before they see it come
    /// back.
    /// </summary>
    /// <param name="diff">What of it the document did not have.</param>
    public void Settle(ReadOnlyMemory<byte> diff)
    {
        var settled = sender.End();
        session.OnLogged();
        settled.Acknowledge(content.Limit);
        if (!diff.IsEmpty)
        {
            session.Deliver(diff);
        }
        else
        {
            foreach (var writer in settled.Items.Select(item => item.From).OfType<Attachment>().Distinct())
            {
                session.Pump(writer);
            }
        }

        context.Metrics.Appended(context.Effects.Environment.Time.GetElapsedTime(settled.StartedAt));

        // Not from within: the caller still has entries to look at.
        context.Effects.Mailbox.Post(static (outbox, _) => ((Outbox)outbox).GoOn(), this, null, IsLong);
    }

    private void GoOn()
    {
        Append();
        session.OnSettled();
    }
}
