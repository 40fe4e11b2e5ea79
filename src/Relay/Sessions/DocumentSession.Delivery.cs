using Relay.Connections;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// The one way out: connections are sent entries by cursor. One that has sent all it was given gets everything it lacks at
/// once; one for which too much has come together gets one merged diff. What a client is sent takes effect at once or not
/// at all, so that no editor sees, and repairs, a state that never was.
/// </summary>
internal sealed partial class DocumentSession
{
    private static readonly byte[] NoStateVector = [0];

    /// <summary>How long an answer that was too large to be sent twice counts for all questions.</summary>
    private static readonly TimeSpan AnswerCounts = TimeSpan.FromSeconds(5);

    private readonly DeliveryLog delivery;
    private readonly SyncAnswers answers;
    private int senders;
    private int opening;

    /// <summary>The connection has sent what it was given.</summary>
    public void OnSent(Attachment attachment)
    {
        if (attachment is { IsAttached: true, Delivery.IsSending: true })
        {
            attachment.Delivery.IsSending = false;
            senders--;
            Pump(attachment);
            ForgetDelivered();
        }
    }

    /// <summary>Whether <see cref="OnSent"/> may take long: the connection waits for a whole document.</summary>
    public bool IsOnSentLong(Attachment attachment) =>
        (attachment.Delivery.IsBehind || attachment.Delivery.SyncRequests.Count > 0) && LongSteps.Encodes(document);

    /// <summary>Sends an update to all connections but the one named.</summary>
    private void Deliver(ReadOnlyMemory<byte> news, Attachment? except = null)
    {
        var entry = new DeliveredEntry(news, except?.Delivery);
        var start = delivery.StartAfter(entry);
        if (start > delivery.Start)
        {
            LeaveBehind(start, entry);
        }

        delivery.Add(entry);
        services.Metrics.Delivered(connections.Count);
        foreach (var attachment in connections)
        {
            Pump(attachment);
        }

        ForgetDelivered();
    }

    /// <summary>Sends an application's message to all connections but the one named, as far as each keeps up.</summary>
    private void Spread(ReadOnlyMemory<byte> message, Attachment? except)
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
            if (!frame.IsEmpty && state.StatelessBytes + bytes <= settings.StatelessBytes)
            {
                state.Stateless.Enqueue(frame);
                state.StatelessBytes += bytes;
                Pump(attachment);
            }
        }
    }

    /// <summary>
    /// Notes what the connections have that were not sent all entries before number <paramref name="start"/>, which are
    /// about to go. Exactly, since their diff may have to come in parts.
    /// </summary>
    private void LeaveBehind(long start, DeliveredEntry newest)
    {
        var left = connections.ToArray().Where(a => a is { IsServed: true, Delivery.IsBehind: false } && a.Delivery.Cursor < start)
            .OrderByDescending(a => a.Delivery.Cursor).ToList();
        if (left.Count == 0)
        {
            return;
        }

        var past = new PastStateVector(document);
        past.Remove(newest.Starts);
        var at = delivery.End;
        foreach (var attachment in left)
        {
            while (at > attachment.Delivery.Cursor)
            {
                past.Remove(delivery[--at].Starts);
            }

            attachment.Delivery.Base = past.Encode();
        }
    }

    /// <summary>Lets go of all entries when no connection is sending, waits for room or is about to follow.</summary>
    private void ForgetDelivered()
    {
        if (senders == 0 && opening == 0 && !answers.IsWaitedFor)
        {
            delivery.Clear();
        }
    }

    private void Greet(Attachment attachment)
    {
        var state = attachment.Delivery;
        state.Cursor = delivery.End;
        var format = attachment.Connection.Format;
        if (!format.AsksWhenAsked)
        {
            state.Direct.Enqueue((format.SyncStep1(document.EncodeStateVector()), 0));
            attachment.Presence.WasAsked = true;
        }

        awareness.Expire();

        Pump(attachment);
    }

    /// <summary>Gives a connection what it lacks, unless it is still sending what it was given.</summary>
    private void Pump(Attachment attachment)
    {
        var state = attachment.Delivery;
        while (attachment is { IsServed: true, IsAttached: true } && !state.IsSending)
        {
            answers.Sent(state);
            var cursor = state.Cursor;
            var frames = Next(attachment);
            if (frames.Length == 0 && state.SyncRequests.Count > 0 && state.Cursor != cursor)
            {
                // The entries that it was not sent are its own, and its question waited for the cursor to pass them.
                continue;
            }

            if (frames.Length == 0)
            {
                state.IsExact |= state is { Follows: true, IsBehind: false } && HasOwnLogged(attachment);
                return;
            }

            CountSent(attachment.Activity, frames);
            if (!attachment.Connection.Send(frames))
            {
                state.IsSending = true;
                senders++;
            }
        }
    }

    private ReadOnlyMemory<byte>[] Next(Attachment attachment)
    {
        var state = attachment.Delivery;
        var presence = attachment.Presence;
        var format = attachment.Connection.Format;
        var onlyEntries = state is { Follows: true, IsBehind: false, Direct.Count: 0, Parts.Count: 0, SyncRequests.Count: 0 }
            && state is { Nudges.Count: 0, Stateless.Count: 0 }
            && presence.Cursor == records.LastChange && !presence.WantsAll;
        if (onlyEntries && delivery.End - state.Cursor <= 1)
        {
            if (state.Cursor == delivery.End)
            {
                return [];
            }

            var next = delivery[state.Cursor++];
            if (next.Except == state)
            {
                return [];
            }

            CountDelivered(attachment);
            return next.Frame(format);
        }

        var frames = new List<ReadOnlyMemory<byte>>();
        var bytes = 0L;

        // A client that is asked when it asks, a Hocuspocus provider, answers while the parts are on their way to it, and
        // takes the last receipt that it waits for to mean that it is synced.
        var receiptsWait = format.AsksWhenAsked && state.Parts.Count > 0;
        if (!receiptsWait)
        {
            AddDirect(attachment, frames, ref bytes);
        }

        BeginParts(attachment, frames);
        AddParts(attachment, frames, ref bytes);

        if (receiptsWait && state.Parts.Count == 0)
        {
            AddDirect(attachment, frames, ref bytes);
        }

        if (state is { Follows: true, Parts.Count: 0, IsBehind: false })
        {
            while (state.Cursor < delivery.End && bytes < settings.SendBytes)
            {
                var entry = delivery[state.Cursor++];
                if (entry.Except != state)
                {
                    var frame = entry.Frame(format)[0];
                    frames.Add(frame);
                    bytes += frame.Length;
                    CountDelivered(attachment);
                }
            }
        }

        AddNudges(attachment, frames, ref bytes);
        AddPresence(attachment, frames);
        while (bytes < settings.SendBytes && state.Stateless.TryDequeue(out var message))
        {
            frames.Add(message);
            bytes += message.Length;
            state.StatelessBytes -= message.Length + StatelessMessages.Overhead;
        }

        return frames.ToArray();
    }

    private void AddParts(Attachment attachment, List<ReadOnlyMemory<byte>> frames, ref long bytes)
    {
        var state = attachment.Delivery;
        while (bytes < settings.SendBytes && state is { Parts.Count: > 0, WaitsForRoom: false })
        {
            if (answers.TryTakeFrame(state, attachment.Connection.Format, out var frame))
            {
                frames.Add(frame);
                bytes += frame.Length;
            }
            else if (bytes > 0)
            {
                // It tries again when these are sent.
                return;
            }
            else
            {
                answers.Wait(state);
            }
        }
    }

    private void AddDirect(Attachment attachment, List<ReadOnlyMemory<byte>> frames, ref long bytes)
    {
        var settled = 0;
        while (bytes < settings.SendBytes && attachment.Delivery.Direct.TryDequeue(out var direct))
        {
            frames.Add(direct.Frame);
            bytes += direct.Frame.Length;
            settled += direct.Settles;
        }

        if (settled > 0)
        {
            attachment.Connection.Settled(settled);
        }
    }

    private void AddNudges(Attachment attachment, List<ReadOnlyMemory<byte>> frames, ref long bytes)
    {
        var query = attachment.Connection.Format.QueryPresence;
        while (bytes < settings.SendBytes && attachment.Delivery.Nudges.TryDequeue(out var nudge))
        {
            frames.Add(nudge);
            bytes += nudge.Length;
            if (!query.IsEmpty)
            {
                frames.Add(query);
            }
        }
    }

    private void AddPresence(Attachment attachment, List<ReadOnlyMemory<byte>> frames)
    {
        var presence = attachment.Presence;
        if (!presence.WasAsked && !presence.HasSpoken && !presence.WantsAll)
        {
            // What the client says before it was asked for its document, it says before it has heard of anybody.
            return;
        }

        if (presence.WantsAll)
        {
            awareness.Expire();
        }

        var format = attachment.Connection.Format;
        var frame = presence.WantsAll
            ? presenceFrames.Everybody(format)
            : presenceFrames.Since(presence.Cursor, format);
        presence.WantsAll = false;
        presence.Cursor = records.LastChange;
        if (frame is { } whole)
        {
            frames.Add(whole);
        }
    }

    /// <summary>
    /// Takes up what brings a connection up to now: the diff for one that is too far behind, and the answer to a
    /// SyncStep1. Without room for it, the connection goes on without until there may be some.
    /// </summary>
    private void BeginParts(Attachment attachment, List<ReadOnlyMemory<byte>> frames)
    {
        var state = attachment.Delivery;
        if (state.Parts.Count > 0 || state.WaitsForRoom)
        {
            return;
        }

        if (state is { IsBehind: true, Follows: true })
        {
            var lacks = new SyncQuestion(state.Base, state.IsExact, IsAsked: false);
            if (!answers.TryFind(document, lacks, attachment.Connection.Format, out var diff))
            {
                throw new InvalidOperationException("A state vector of this session does not read.");
            }

            if (diff is null || !answers.TryHold(state, diff))
            {
                answers.Wait(state);
                return;
            }

            AddUnlogged(attachment, NoStateVector);
            MoveToEnd(attachment);
        }

        // One that follows is first sent what is on its way, so that the answer and its own state differ by no struct.
        else if ((!state.Follows || state.Cursor == delivery.End) && state.SyncRequests.Count > 0)
        {
            AnswerNext(attachment, frames);
        }
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
            Mailbox.Post(() => Refuse(attachment, CloseReason.BadMessage));
            return;
        }

        state.IsAnswered = true;
        if (format.AsksWhenAsked)
        {
            asked.Add(format.SyncStep1(document.EncodeStateVector()));
            attachment.Presence.WasAsked = true;
        }

        AddUnlogged(attachment, stateVector);
        MoveToEnd(attachment);
        Follow(attachment);
    }

    /// <summary>There may be room again for answers that wait for it.</summary>
    private void OnAnswerRoom()
    {
        answers.EndWaiting();
        foreach (var attachment in connections)
        {
            Pump(attachment);
        }

        ForgetDelivered();
    }

    private void MoveToEnd(Attachment attachment)
    {
        attachment.Delivery.Base = default;
        attachment.Delivery.Cursor = delivery.End;
        attachment.Delivery.IsExact = HasOwnLogged(attachment);
    }

    /// <summary>Whether the client has no more than the log: no update under way, and none seen that is not logged.</summary>
    private bool HasOwnLogged(Attachment attachment) =>
        attachment.Receipts.IsAllAcknowledged && !IsUnloggedShown;

    /// <summary>The answer to a SyncStep1; returns false for bytes that are no state vector.</summary>
    private bool TryFindAnswer(
        DeliveryState state, ReadOnlyMemory<byte> stateVector, FrameFormat format, out SyncAnswer? answer)
    {
        if (state.IsAnswered && !format.AsksWhenAsked)
        {
            return TryAnswerAgain(state, stateVector, format, out answer);
        }

        var isExact = state is { Follows: false, IsExact: true };
        return answers.TryFind(document, new SyncQuestion(stateVector, isExact, IsAsked: true), format, out answer);
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
        var most = Now < state.AnswerCountsUntil ? -1 : settings.Sync.MaxWhole;
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
            state.AnswerCountsUntil = Now + AnswerCounts;
        }

        // Of one that has all structs.
        var deletes = new SyncQuestion(document.EncodeStateVector(), false, IsAsked: true);
        return answers.TryFind(document, deletes, format, out answer);
    }
}
