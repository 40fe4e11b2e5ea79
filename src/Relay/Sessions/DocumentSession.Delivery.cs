using Relay.Connections;

namespace Relay.Sessions;

/// <summary>
/// The one way out: connections are sent entries by cursor. One that has sent all it was given gets everything it lacks at once; one for which too much has come together gets one merged difference.
/// </summary>
internal sealed partial class DocumentSession
{
    /// <summary>A state vector is made anew for slow connections only after so many changes: an older one makes their difference a little larger.</summary>
    private const int MarkEvery = 256;

    private static readonly byte[] NoStateVector = [0];

    private readonly DeliveryLog delivery;
    private int senders;
    private ReadOnlyMemory<byte> mark;
    private long markVersion = long.MinValue;
    private (long Version, ReadOnlyMemory<byte> StateVector, FrameFormat Format, IReadOnlyList<ReadOnlyMemory<byte>> Frames)? answer;

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

    /// <summary>Sends an update to all connections but the one named.</summary>
    private void Deliver(ReadOnlyMemory<byte> news, Attachment? except = null)
    {
        var start = delivery.Start;
        delivery.Add(new DeliveredEntry(news, except));
        services.Metrics.Delivered(attachments.Count);
        foreach (var attachment in attachments)
        {
            // What was just let go of can be missed only by those that are still sending.
            if (delivery.Start != start && attachment.IsServed && attachment.Delivery.Cursor < delivery.Start)
            {
                attachment.Delivery.IsBehind = true;
            }

            Pump(attachment);
        }

        ForgetDelivered();
    }

    /// <summary>Nobody is sending, so everybody has everything.</summary>
    private void ForgetDelivered()
    {
        if (senders == 0)
        {
            delivery.Clear();
        }
    }

    private void Greet(Attachment attachment)
    {
        var state = attachment.Delivery;
        state.Cursor = delivery.End;
        state.Base = Mark();
        var format = attachment.Connection.Format;
        if (!format.AsksWhenAsked)
        {
            state.Direct.Enqueue((format.SyncStep1(document.EncodeStateVector()), 0));
            attachment.Presence.WasAsked = true;
        }

        ForgetPresence();

        Pump(attachment);
    }

    /// <summary>Gives a connection what it lacks, unless it is still sending what it was given.</summary>
    private void Pump(Attachment attachment)
    {
        var state = attachment.Delivery;
        while (attachment is { IsServed: true, IsAttached: true } && !state.IsSending)
        {
            var frames = Next(attachment);
            if (frames.Length == 0)
            {
                return;
            }

            CountSent(attachment.Activity, frames);
            if (!attachment.Connection.Send(frames))
            {
                state.IsSending = true;
                senders++;
                if (state.Cursor == delivery.End)
                {
                    state.Base = Mark();
                }
            }
        }
    }

    private ReadOnlyMemory<byte>[] Next(Attachment attachment)
    {
        var state = attachment.Delivery;
        var presence = attachment.Presence;
        var format = attachment.Connection.Format;
        var onlyEntries = state.Direct.Count == 0 && state.Parts.Count == 0 && state.SyncRequests.Count == 0 && !state.IsBehind
            && state.Stateless.Count == 0 && presence.Cursor == awareness.Records.LastChange && !presence.WantsAll;
        if (onlyEntries && delivery.End - state.Cursor <= 1)
        {
            if (state.Cursor == delivery.End)
            {
                return [];
            }

            var next = delivery[state.Cursor++];
            if (next.Except == attachment)
            {
                return [];
            }

            CountDelivered(attachment);
            return next.Frame(format);
        }

        var frames = new List<ReadOnlyMemory<byte>>();
        var bytes = 0L;
        AddDirect(attachment, frames, ref bytes);
        BeginParts(attachment, frames);
        while (bytes < settings.SendBytes && state.Parts.TryDequeue(out var part))
        {
            frames.Add(part);
            bytes += part.Length;
        }

        if (state.Parts.Count == 0 && !state.IsBehind)
        {
            while (state.Cursor < delivery.End && bytes < settings.SendBytes)
            {
                var entry = delivery[state.Cursor++];
                if (entry.Except != attachment)
                {
                    var frame = entry.Frame(format)[0];
                    frames.Add(frame);
                    bytes += frame.Length;
                    CountDelivered(attachment);
                }
            }
        }

        AddPresence(attachment, frames);
        while (bytes < settings.SendBytes && state.Stateless.TryDequeue(out var message))
        {
            frames.Add(message);
            bytes += message.Length;
            state.StatelessBytes -= message.Length + StatelessOverhead;
        }

        return frames.ToArray();
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

    private void AddPresence(Attachment attachment, List<ReadOnlyMemory<byte>> frames)
    {
        var presence = attachment.Presence;
        if (!presence.WasAsked && !presence.HasSpoken && !presence.WantsAll)
        {
            // What the client says before it was asked for its document, it says before it has heard of anybody.
            return;
        }

        var update = presence.WantsAll ? AllPresence() : PresenceSince(presence.Cursor);
        presence.WantsAll = false;
        presence.Cursor = awareness.Records.LastChange;
        if (update is not null)
        {
            frames.Add(attachment.Connection.Format.Awareness(update));
        }
    }

    /// <summary>Takes up the answer to a SyncStep1, or the difference for a connection that is too far behind; when it is taken up, it says everything up to now.</summary>
    private void BeginParts(Attachment attachment, List<ReadOnlyMemory<byte>> frames)
    {
        var state = attachment.Delivery;
        if (state.Parts.Count > 0 || (state.SyncRequests.Count == 0 && !state.IsBehind))
        {
            return;
        }

        if (state.SyncRequests.TryDequeue(out var request))
        {
            attachment.Connection.Settled(request.Settles);
            if (Answer(request.StateVector, attachment.Connection.Format) is not { } parts)
            {
                Mailbox.Post(() => Refuse(attachment, CloseReason.BadMessage));
                return;
            }

            if (attachment.Connection.Format.AsksWhenAsked)
            {
                frames.Add(attachment.Connection.Format.SyncStep1(document.EncodeStateVector()));
                attachment.Presence.WasAsked = true;
            }

            foreach (var part in parts)
            {
                state.Parts.Enqueue(part);
            }

            AddUnlogged(attachment, request.StateVector);
        }
        else
        {
            if (!document.TryEncodeParts(state.Base.Span, settings.PartBytes, out var difference, out var error))
            {
                throw new InvalidOperationException($"A state vector of this session does not read: {error}");
            }

            foreach (var part in difference)
            {
                state.Parts.Enqueue(attachment.Connection.Format.Update(part));
            }

            AddUnlogged(attachment, NoStateVector);
        }

        state.IsBehind = false;
        state.Cursor = delivery.End;
        state.Base = Mark();
    }

    /// <summary>The answer to a SyncStep1, in frames, or nothing for bytes that are no state vector. The last one made is kept until the document changes: many clients that come together ask the same.</summary>
    private IReadOnlyList<ReadOnlyMemory<byte>>? Answer(ReadOnlyMemory<byte> stateVector, FrameFormat format)
    {
        if (answer is { } last && last.Version == documentVersion && last.Format == format && last.StateVector.Span.SequenceEqual(stateVector.Span))
        {
            return last.Frames;
        }

        if (!document.TryEncodeParts(stateVector.Span, settings.PartBytes, out var parts, out _))
        {
            return null;
        }

        var frames = new ReadOnlyMemory<byte>[parts.Count];
        for (var i = 0; i < parts.Count; i++)
        {
            frames[i] = i == parts.Count - 1 ? format.SyncStep2(parts[i]) : format.Update(parts[i]);
        }

        if (format.IsShared)
        {
            answer = (documentVersion, stateVector, format, frames);
        }

        return frames;
    }

    /// <summary>A state vector of the document as it is, or as it was not long ago.</summary>
    private ReadOnlyMemory<byte> Mark()
    {
        if (documentVersion - markVersion >= MarkEvery || markVersion == long.MinValue)
        {
            mark = document.EncodeStateVector();
            markVersion = documentVersion;
        }

        return mark;
    }
}
