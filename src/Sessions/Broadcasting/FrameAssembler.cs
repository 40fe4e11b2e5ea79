namespace Relay.Sessions;

/// <summary>
/// Puts together what one connection is handed next. Belongs to the session's mailbox.
/// </summary>
internal sealed class FrameAssembler(
    SessionContext context,
    DeliveryLog log,
    SyncAnswers answers,
    SyncReplies replies,
    AwarenessRecords records,
    PresencePace pace,
    PresenceFrames presenceFrames,
    IBroadcasterSession session)
{
    /// <summary>What a connection lacks, up to <see cref="SessionSettings.SendBytes"/>; empty if it has all.</summary>
    public ReadOnlyMemory<byte>[] Next(Attachment attachment)
    {
        var state = attachment.Delivery;
        var presence = attachment.Presence;
        var format = attachment.Connection.Format;
        var onlyEntries = state is { Follows: true, IsBehind: false, Direct.Count: 0, Parts.Count: 0 }
            && state is { SyncRequests.Count: 0, Nudges.Count: 0, Stateless.Count: 0 }
            && presence.Cursor >= pace.Shown && !presence.WantsAll;
        if (onlyEntries && log.End - state.Cursor <= 1)
        {
            if (state.Cursor == log.End)
            {
                return [];
            }

            var next = log[state.Cursor++];
            if (next.Except == state)
            {
                return [];
            }

            CountEntry(attachment);
            return next.Frame(format);
        }

        var frames = new List<ReadOnlyMemory<byte>>();
        var bytes = 0L;

        // A client that is asked when it asks, a Hocuspocus provider, answers while the parts are on their way to it,
        // and takes the last receipt that it waits for to mean that it is synced.
        var receiptsWait = format.AsksWhenAsked && state.Parts.Count > 0;
        if (!receiptsWait)
        {
            AddDirect(attachment, frames, ref bytes);
        }

        replies.Begin(attachment, frames);
        AddParts(attachment, frames, ref bytes);

        if (receiptsWait && state.Parts.Count == 0)
        {
            AddDirect(attachment, frames, ref bytes);
        }

        if (state is { Follows: true, Parts.Count: 0, IsBehind: false })
        {
            AddEntries(attachment, frames, ref bytes);
        }

        AddNudges(attachment, frames, ref bytes);
        AddPresence(attachment, frames);
        AddStateless(state, frames, ref bytes);
        return frames.ToArray();
    }

    private static void CountEntry(Attachment attachment)
    {
        if (attachment.Activity is { } connection)
        {
            connection.UpdatesOut++;
        }
    }

    private void AddEntries(Attachment attachment, List<ReadOnlyMemory<byte>> frames, ref long bytes)
    {
        var (state, format) = (attachment.Delivery, attachment.Connection.Format);
        while (state.Cursor < log.End && bytes < context.Settings.SendBytes)
        {
            var entry = log[state.Cursor++];
            if (entry.Except != state)
            {
                var frame = entry.Frame(format)[0];
                frames.Add(frame);
                bytes += frame.Length;
                CountEntry(attachment);
            }
        }
    }

    private void AddParts(Attachment attachment, List<ReadOnlyMemory<byte>> frames, ref long bytes)
    {
        var state = attachment.Delivery;
        while (bytes < context.Settings.SendBytes && state is { Parts.Count: > 0, WaitsForRoom: false })
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
        while (bytes < context.Settings.SendBytes && attachment.Delivery.Direct.TryDequeue(out var direct))
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
        while (bytes < context.Settings.SendBytes && attachment.Delivery.Nudges.TryDequeue(out var nudge))
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
            // What the client says before it was asked for its document, it says before it has heard of any other.
            return;
        }

        if (presence.WantsAll)
        {
            session.ExpireAwareness();
        }
        else if (presence.Cursor >= pace.Shown)
        {
            return;
        }

        var format = attachment.Connection.Format;
        var frame = presence.WantsAll
            ? presenceFrames.AllClients(format)
            : presenceFrames.Since(presence.Cursor, format);
        presence.WantsAll = false;
        presence.Cursor = records.LastChange;
        if (frame is { } whole)
        {
            frames.Add(whole);
        }
    }

    private void AddStateless(DeliveryState state, List<ReadOnlyMemory<byte>> frames, ref long bytes)
    {
        while (bytes < context.Settings.SendBytes && state.Stateless.TryDequeue(out var message))
        {
            frames.Add(message);
            bytes += message.Length;
            state.StatelessBytes -= message.Length + StatelessMessages.Overhead;
        }
    }
}
