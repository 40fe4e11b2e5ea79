namespace Relay.Sessions;

/// <summary>
/// Sends the connections of a session what they lack, by a cursor each. A connection that is not sending gets all
/// entries after its cursor at once; one that is too slow for them gets one diff (<see cref="LaggingConnections"/>).
/// What a client is sent takes effect at once or not at all, so that no editor sees, and repairs, a state that never
/// was. Belongs to the session's mailbox.
/// </summary>
internal sealed class Broadcaster
{
    private readonly SessionContext context;
    private readonly ConnectionSet connections;
    private readonly LoggedDocument content;
    private readonly RoomFigures figures;
    private readonly IBroadcasterSession session;
    private readonly DeliveryLog log;
    private readonly LaggingConnections lagging;
    private readonly DeliveryDemand demand = new();
    private readonly SyncAnswers answers;
    private readonly SyncReplies replies;
    private readonly FrameAssembler assembler;

    public Broadcaster(
        SessionContext context,
        ConnectionSet connections,
        LoggedDocument content,
        AwarenessRecords records,
        PresencePace pace,
        AnswerBudget budget,
        RoomFigures figures,
        IBroadcasterSession session)
    {
        this.context = context;
        this.connections = connections;
        this.content = content;
        this.figures = figures;
        this.session = session;
        log = new DeliveryLog(context.Settings.DeliveryBytes);
        lagging = new LaggingConnections(connections, content, log);
        answers = new SyncAnswers(
            context.Settings.Sync, budget, () => context.Effects.Mailbox.PostElsewhere(OnAnswerRoom));
        replies = new SyncReplies(context, content, log, answers, demand, session);
        assembler = new FrameAssembler(
            context, log, answers, replies, records, pace, new PresenceFrames(records), session);
    }

    /// <summary>The connection has sent what it was given.</summary>
    public void OnSent(Attachment attachment)
    {
        if (attachment is { IsAttached: true, Delivery.IsSending: true })
        {
            demand.EndSending(attachment.Delivery);
            Pump(attachment);
            Trim();
        }
    }

    /// <summary>Whether <see cref="OnSent"/> may take long: the connection waits for a whole document.</summary>
    public bool IsOnSentLong(Attachment attachment) =>
        (attachment.Delivery.IsBehind || attachment.Delivery.SyncRequests.Count > 0)
            && LongSteps.Encodes(content.Document);

    /// <summary>A connection is served from now on: its client is asked what it has.</summary>
    public void Greet(Attachment attachment)
    {
        demand.Open();
        var state = attachment.Delivery;
        state.Cursor = log.End;
        var format = attachment.Connection.Format;
        if (!format.AsksWhenAsked)
        {
            state.Direct.Enqueue((format.SyncStep1(content.Document.EncodeStateVector()), 0));
            attachment.Presence.WasAsked = true;
        }

        session.ExpireAwareness();
        Pump(attachment);
    }

    /// <summary>A client asks what it lacks.</summary>
    public void Ask(Attachment attachment, in DocumentMessage message) => SyncReplies.Ask(attachment, message);

    /// <summary>An update of the connection went into the outbox.</summary>
    public void OnTaken(Attachment attachment, ReadOnlyMemory<byte> update) =>
        replies.OnTaken(attachment.Delivery, update);

    /// <summary>From now on the connection is sent entries.</summary>
    public void Follow(Attachment attachment) => demand.Follow(attachment.Delivery);

    /// <summary>A connection is gone.</summary>
    public void Leave(Attachment attachment)
    {
        answers.Leave(attachment.Delivery);
        demand.Leave(attachment.Delivery, attachment.IsServed);
    }

    /// <summary>The document has changed; <see cref="Deliver"/> follows if the connections lack the change.</summary>
    public void OnChanged() => answers.Forget();

    /// <summary>Sends an update that is not logged yet to all connections but its writer's.</summary>
    public void DeliverUnlogged(ReadOnlyMemory<byte> update, Attachment? except)
    {
        foreach (var attachment in connections)
        {
            // One that has not asked yet is not shown it before the answer to its question.
            attachment.Delivery.IsExact &= !attachment.Delivery.Follows;
        }

        Deliver(update, except);
    }

    /// <summary>Sends an update to all connections but the one named.</summary>
    public void Deliver(ReadOnlyMemory<byte> update, Attachment? except = null)
    {
        var entry = new DeliveredEntry(update, except?.Delivery);
        var start = log.StartAfter(entry);
        if (start > log.Start)
        {
            lagging.LeaveBehind(start, entry);
        }

        log.Add(entry);
        context.Metrics.Delivered(connections.Count);
        foreach (var attachment in connections)
        {
            Pump(attachment);
        }

        Trim();
    }

    /// <summary>Sends an application's message to all connections but the one named, as far as each keeps up.</summary>
    public void Spread(ReadOnlyMemory<byte> message, Attachment? except)
    {
        FrameFormat? format = null;
        var frame = ReadOnlyMemory<byte>.Empty;
        foreach (var attachment in connections)
        {
            if (attachment == except || !attachment.IsServed)
            {
                continue;
            }

            if (attachment.Connection.Format != format)
            {
                format = attachment.Connection.Format;
                frame = format.Stateless(message.Span);
            }

            var state = attachment.Delivery;
            var bytes = frame.Length + StatelessMessages.Overhead;
            if (!frame.IsEmpty && state.StatelessBytes + bytes <= context.Settings.StatelessBytes)
            {
                state.Stateless.Enqueue(frame);
                state.StatelessBytes += bytes;
                Pump(attachment);
            }
        }
    }

    /// <summary>Gives a connection what it lacks, unless it is still sending what it was given.</summary>
    public void Pump(Attachment attachment)
    {
        var state = attachment.Delivery;
        while (attachment is { IsServed: true, IsAttached: true } && !state.IsSending)
        {
            answers.Sent(state);
            var cursor = state.Cursor;
            var frames = assembler.Next(attachment);
            if (frames.Length == 0 && state.SyncRequests.Count > 0 && state.Cursor != cursor)
            {
                // The entries that it was not sent are its own, and its question waited for the cursor to pass them.
                continue;
            }

            if (frames.Length == 0)
            {
                state.IsExact |= state is { Follows: true, IsBehind: false } && replies.HasOwnLogged(attachment);
                return;
            }

            Count(attachment, frames);
            if (!attachment.Connection.Send(frames))
            {
                demand.BeginSending(state);
            }
        }
    }

    /// <summary>Lets go of all entries when no connection is sending, waits for room or is about to follow.</summary>
    public void Trim()
    {
        if (demand.IsNone && !answers.IsWaitedFor)
        {
            log.Clear();
        }
    }

    /// <summary>There may be room again for answers that wait for it.</summary>
    private void OnAnswerRoom()
    {
        answers.TryAgain(PumpInTurn);
        Trim();
    }

    private void PumpInTurn()
    {
        var inTurn = new List<Attachment>(connections.Count);
        foreach (var attachment in connections)
        {
            inTurn.Add(attachment);
        }

        foreach (var attachment in inTurn.OrderBy(static one => one.Delivery.Turn))
        {
            Pump(attachment);
        }
    }

    private void Count(Attachment attachment, ReadOnlyMemory<byte>[] frames)
    {
        var bytes = 0L;
        foreach (var frame in frames)
        {
            bytes += frame.Length;
        }

        figures.BytesOut += bytes;
        if (attachment.Activity is { } connection)
        {
            connection.BytesOut += bytes;
        }
    }
}
