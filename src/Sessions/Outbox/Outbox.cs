using Relay.Backplane;

namespace Relay.Sessions;

/// <summary>
/// What waits to be logged, and the one append in flight. The outcome of an append is known when its reply, its own
/// entry on the channel, or a look into the log says so. Belongs to the session's mailbox.
/// </summary>
internal sealed partial class Outbox
{
    private static readonly Func<object, object?, bool> IsLong = static (outbox, _) =>
        ((Outbox)outbox).session.IsApplyLong();

    private readonly SessionContext context;
    private readonly LoggedDocument content;
    private readonly IDocumentLog log;
    private readonly RoomFigures figures;
    private readonly IOutboxSession session;
    private readonly SessionTimer timer;
    private readonly OutboxBatches batches;
    private readonly List<OutboxItem> waiting = [];
    private InFlightAppend? inFlight;
    private bool isFailing;

    public Outbox(
        SessionContext context, LoggedDocument content, IDocumentLog log, RoomFigures figures, IOutboxSession session)
    {
        this.context = context;
        this.content = content;
        this.log = log;
        this.figures = figures;
        this.session = session;
        batches = new OutboxBatches(content, session);
        timer = context.Effects.Timer(this, static outbox => outbox.Send());
    }

    /// <summary>How many updates wait.</summary>
    public int Count => waiting.Count;

    /// <summary>Whether no update waits and none is in flight.</summary>
    public bool IsEmpty => inFlight is null && waiting.Count == 0;

    /// <summary>The entry in flight; null if there is none.</summary>
    public InFlightAppend? InFlight => inFlight;

    /// <summary>Which entries that the channel brings are appends of this outbox; on any thread.</summary>
    public OwnEntries OwnEntries { get; } = new();

    /// <summary>
    /// Whether an update that the stores lack is still to be appended: until then the document is more than its
    /// position says.
    /// </summary>
    public bool IsRecovering => waiting.Exists(static item => item.IsRecovery) || inFlight is { IsRecovery: true };

    /// <summary>
    /// What clients wrote and the log does not have yet, in its order; without what the session itself appends anew,
    /// which its document has.
    /// </summary>
    public IEnumerable<OutboxItem> Unlogged =>
        (inFlight?.Items ?? []).Concat(waiting).Where(static item => !item.IsRecovery);

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
        if (inFlight is not null && inFlight.IsAmong(state.Entries))
        {
            Settle(diff);
        }
        else
        {
            inFlight = inFlight?.WithId(context.Effects.Environment.NewEntryId());
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
    /// waits. Returns false if that is nothing.
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
        if (inFlight is not null || waiting.Count == 0 || !session.MaySend || !session.IsOpen)
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
        var environment = context.Effects.Environment;
        inFlight = new InFlightAppend(
            environment.NewEntryId(), batches.Merge(items), items, environment.Time.GetTimestamp());
        Send();
    }

    /// <summary>Sends the entry in flight, or sends it again, unless a call is under way.</summary>
    public void Send()
    {
        if (inFlight is not { IsSending: false } current || !session.MaySend)
        {
            return;
        }

        current.Try(context.Effects.Environment);
        OwnEntries.Sends(current.Id);
        var entry = new LogEntry(current.Id, EntryKind.Update, current.Payload) { Earlier = current.Earlier };
        var epoch = session.Epoch;
        context.Effects.Start(
            context.Settings.CallTimeout,
            cancellation => log.AppendAsync(context.Name, epoch, entry, cancellation),
            result => OnAppended(current, result),
            exception => OnAppendFailed(current, exception),
            this,
            IsLong);
    }

    /// <summary>
    /// The entry in flight is in the log, and in the document. Its writers are acknowledged before they see it come
    /// back.
    /// </summary>
    /// <param name="diff">What of it the document did not have.</param>
    public void Settle(ReadOnlyMemory<byte> diff)
    {
        var settled = inFlight!;
        inFlight = null;
        timer.Clear();
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

    private void OnAppended(InFlightAppend sent, AppendResult result)
    {
        sent.IsSending = false;
        if (inFlight != sent)
        {
            // Its own entry on the channel, or in the log, was faster.
            return;
        }

        if (isFailing)
        {
            isFailing = false;
            LogAppendsWorkAgain(context.Logger, context.Name);
        }

        if (result.Outcome != AppendOutcome.Stored)
        {
            // The first entry of a log, even of a new document: what another node has stored since this one looked is
            // found now or never.
            session.OnOtherLog();
            return;
        }

        OwnEntries.WasAnswered(result.Position);
        session.OnStored(new LoggedEntry(result.Position, result.Previous, EntryKind.Update, sent.Payload));
        if (inFlight == sent && session.MaySend)
        {
            // It waits for entries before it. Should the log be lost before they are read, this one is lost with them:
            // so it is not taken for stored until it is applied.
            timer.Set(context.Settings.LongestAppendRetry);
        }
    }

    private void OnAppendFailed(InFlightAppend sent, Exception exception)
    {
        sent.IsSending = false;
        if (inFlight != sent)
        {
            return;
        }

        if (!isFailing)
        {
            isFailing = true;
            LogAppendFailed(context.Logger, exception, context.Name);
        }

        timer.Set(
            context.Effects.Environment.Backoff(
                sent.Attempts, context.Settings.FirstRetry, context.Settings.LongestAppendRetry));
    }
}
