namespace Relay.Sessions;

/// <summary>
/// Brings one connection up to now: the diff for one that is too far behind, and the answer to a SyncStep1. Belongs to
/// the session's mailbox.
/// </summary>
internal sealed class SyncReplies(
    SessionContext context,
    LoggedDocument content,
    DeliveryLog log,
    SyncAnswers answers,
    DeliveryDemand demand,
    IBroadcasterSession session)
{
    private const int MostRequests = 16;

    /// <summary>How long an answer that was too large to be sent twice counts for all questions.</summary>
    private static readonly TimeSpan AnswerCounts = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A client asks what it lacks. Every question is answered; of more than a few that came before the first answer
    /// could be sent, only the last ones are: a client's state only grows. So it may have more than the one says that
    /// is answered first.
    /// </summary>
    public static void Ask(Attachment attachment, in DocumentMessage message)
    {
        ref var requests = ref attachment.Delivery.SyncRequests;
        requests.Enqueue((message.Payload, message.Bytes));
        attachment.Delivery.IsExact |= !attachment.Delivery.Follows;
        attachment.Delivery.IsExact &= !message.IsGuess && requests.Count == 1;
        if (requests.Count > MostRequests && requests.TryDequeue(out var passedOver))
        {
            attachment.Connection.Settled(passedOver.Settles);
        }
    }

    /// <summary>
    /// An update of a connection went into the outbox. If it came before the answer to its client's only question, and
    /// that answer will have no struct of the clients in it, the answer may still come in parts: what a user types
    /// while a document is loaded.
    /// </summary>
    public void OnTaken(DeliveryState state, ReadOnlyMemory<byte> update) =>
        state.IsExact &= state is { Follows: false, SyncRequests.Count: 1 }
            && content.Document.HasNothingBeyond(state.SyncRequests.Peek().StateVector.Span, update);

    /// <summary>
    /// Whether the client has no more than the log: no update in the outbox, and none seen that is not logged.
    /// </summary>
    public bool HasOwnLogged(Attachment attachment) =>
        attachment.Receipts.IsAllAcknowledged && !session.IsUnloggedShown;

    /// <summary>
    /// Takes up what brings a connection up to now. Without room for it, the connection goes on without until there may
    /// be some.
    /// </summary>
    /// <param name="attachment">The connection.</param>
    /// <param name="frames">Takes the question that its client is asked in return.</param>
    public void Begin(Attachment attachment, List<ReadOnlyMemory<byte>> frames)
    {
        var state = attachment.Delivery;
        if (state.Parts.Count > 0 || state.WaitsForRoom)
        {
            return;
        }

        if (state is { IsBehind: true, Follows: true })
        {
            CatchUp(attachment);
        }

        // One that follows is first sent what is on its way, so that the answer and its own state differ by no struct.
        else if ((!state.Follows || state.Cursor == log.End) && state.SyncRequests.Count > 0)
        {
            AnswerNext(attachment, frames);
        }
    }

    private void CatchUp(Attachment attachment)
    {
        var state = attachment.Delivery;
        var lacks = new SyncQuestion(state.Base, state.IsExact, IsAsked: false);
        if (!answers.TryFind(content.Document, lacks, attachment.Connection.Format, out var diff))
        {
            throw new InvalidOperationException("A state vector of this session does not read.");
        }

        if (diff is null || !answers.TryHold(state, diff))
        {
            answers.Wait(state);
            return;
        }

        AddUnlogged(attachment, content.Kind.EmptyStateVector);
        MoveToEnd(attachment);
    }

    /// <summary>Answers a SyncStep1, and asks the client in return where its protocol wants that.</summary>
    private void AnswerNext(Attachment attachment, List<ReadOnlyMemory<byte>> asked)
    {
        var (state, format) = (attachment.Delivery, attachment.Connection.Format);
        var (stateVector, settles) = state.SyncRequests.Peek();
        var isRead = TryFindAnswer(state, stateVector, format, out var answer);
        if (isRead && (answer is null || !answers.TryHold(state, answer)))
        {
            answers.Wait(state);
            return;
        }

        state.SyncRequests.TryDequeue(out _);
        attachment.Connection.Settled(settles);
        if (!isRead)
        {
            context.Effects.Mailbox.Post(() => session.Refuse(attachment, RefusalReason.BadMessage));
            return;
        }

        state.IsAnswered = true;
        if (format.AsksWhenAsked)
        {
            asked.Add(format.SyncStep1(content.Document.EncodeStateVector()));
            attachment.Presence.WasAsked = true;
        }

        AddUnlogged(attachment, stateVector);
        MoveToEnd(attachment);
        demand.Follow(state);
    }

    private void MoveToEnd(Attachment attachment)
    {
        attachment.Delivery.Base = default;
        attachment.Delivery.Cursor = log.End;
        attachment.Delivery.IsExact = HasOwnLogged(attachment);
    }

    /// <summary>The answer to a SyncStep1; returns false for bytes that are no state vector.</summary>
    private bool TryFindAnswer(
        DeliveryState state, ReadOnlyMemory<byte> stateVector, FrameFormat format, out SyncAnswer? answer)
    {
        if (state.IsAnswered && !format.AsksWhenAsked)
        {
            return TryAnswerAgain(state, stateVector, format, out answer);
        }

        var isExact = state is { Follows: false, IsExact: true };
        var question = new SyncQuestion(stateVector, isExact, IsAsked: true);
        return answers.TryFind(content.Document, question, format, out answer);
    }

    /// <summary>
    /// The answer to another question on a connection that has been sent the whole document. A large one is not sent
    /// again: only the deletes are not known to be there. That is decided before it is made, for a question has few
    /// bytes. Not for protocols in which several providers, each with a document of its own, may use one address.
    /// </summary>
    private bool TryAnswerAgain(
        DeliveryState state, ReadOnlyMemory<byte> stateVector, FrameFormat format, out SyncAnswer? answer)
    {
        answer = null;
        var document = content.Document;
        var most = context.Now < state.AnswerCountsUntil ? -1 : context.Settings.Sync.MaxWhole;
        if (!document.TryCompareDiff(stateVector.Span, most, out var isLarger, out _))
        {
            return false;
        }

        if (!isLarger)
        {
            _ = answers.TryFind(document, new SyncQuestion(stateVector, false, IsAsked: true), format, out answer);
            if (answer is null || answer.Parts[0].Frame.Length <= most)
            {
                return true;
            }
        }

        if (most >= 0)
        {
            state.AnswerCountsUntil = context.Now + AnswerCounts;
        }

        // The answer for a client that has all structs.
        var deletes = new SyncQuestion(document.EncodeStateVector(), false, IsAsked: true);
        return answers.TryFind(document, deletes, format, out answer);
    }

    /// <summary>
    /// After an answer that says what the document has: what is shown unlogged besides, without the structs that the
    /// client has itself. A client that comes back after a broken connection must not take its own update for
    /// acknowledged.
    /// </summary>
    private void AddUnlogged(Attachment attachment, ReadOnlyMemory<byte> stateVector)
    {
        var unlogged = session.UnloggedFor(attachment);
        if (unlogged.IsEmpty)
        {
            return;
        }

        // In one message, whatever its size: what exactly the client has of it is not known.
        var others = content.Kind.Create();
        if (!others.TryApply(unlogged, out _, out var error)
            || !others.TryEncodeDiff(stateVector.Span, out var diff, out error))
        {
            throw new InvalidOperationException($"Updates that were checked do not read: {error}");
        }

        if (!diff.AsSpan().SequenceEqual(content.Kind.EmptyUpdate.Span))
        {
            attachment.Delivery.Parts.Enqueue(
                AnswerPart.Make(attachment.Connection.Format, diff, endsAnswer: false));
        }
    }
}
