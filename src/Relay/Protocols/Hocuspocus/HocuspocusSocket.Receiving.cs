using System.Text;
using Relay.Access;
using Relay.Connections;
using Relay.Sessions;

namespace Relay.Protocols.Hocuspocus;

internal sealed partial class HocuspocusSocket
{
    private async ValueTask HandleAsync(List<ReadOnlyMemory<byte>> frames, CancellationToken closed)
    {
        var wait = rate.Count(frames.Count);
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, time, closed);
        }

        for (var i = 0; i < frames.Count && !isClosed; i++)
        {
            await HandleAsync(frames[i], i, closed);
        }

        HandIn();
        await Credit.WaitAsync(closed);
    }

    private ValueTask HandleAsync(ReadOnlyMemory<byte> frame, int number, CancellationToken closed)
    {
        if (HocuspocusDecoder.IsBare(frame.Span, out var isPing))
        {
            if (isPing)
            {
                Say(HocuspocusFormat.BarePong);
            }

            return ValueTask.CompletedTask;
        }

        if (!HocuspocusDecoder.TryReadAddress(frame.Span, out var bytes, out var start, out var error))
        {
            HandIn();
            LogBadFrame(logger, error);
            Close(CloseReason.BadMessage);
            return ValueTask.CompletedTask;
        }

        var address = TextOf(bytes);
        var channel = batchChannel is { HasEnded: false } && batchChannel.Address == address ? batchChannel : Find(address);
        if (channel is null)
        {
            // It may have to be kept: a copy, because it shares its memory with whatever came with it.
            frame = frame.ToArray();
        }

        if (!HocuspocusDecoder.TryDecode(frame, start, number, out var message, out error))
        {
            HandIn();
            LogBadMessage(logger, address, error);
            Dismiss(address, channel, CloseReason.BadMessage.Text);
            return ValueTask.CompletedTask;
        }

        switch (message.Kind)
        {
            case HocuspocusMessageKind.Document when channel is null:
                Keep(address, message.Content);
                break;
            case HocuspocusMessageKind.Document:
                Collect(channel, message.Content);
                break;
            case HocuspocusMessageKind.Token:
                HandIn();
                return AuthenticateAsync(address, channel, Encoding.UTF8.GetString(message.Token.Span), closed);
            case HocuspocusMessageKind.Close:
                HandIn();
                pending.Take(address);
                if (channel is not null && Remove(channel, isRefused: false))
                {
                    channel.End(clean: true);
                }

                break;
            case HocuspocusMessageKind.Forbidden:
                HandIn();
                LogForbidden(logger, address);
                Dismiss(address, channel, "Reset Connection");
                break;
            default:
                break;
        }

        return ValueTask.CompletedTask;
    }

    private void Collect(HocuspocusChannel channel, in DocumentMessage message)
    {
        if (channel != batchChannel)
        {
            HandIn();
            batchChannel = channel;
        }

        batch.Add(message);
    }

    private void HandIn()
    {
        if (batchChannel is null)
        {
            return;
        }

        var (channel, messages) = (batchChannel, batch);
        (batchChannel, batch) = (null, []);
        channel.Receive(messages);
    }

    private void Keep(string address, in DocumentMessage message)
    {
        lock (gate)
        {
            if (refused.Contains(address))
            {
                return;
            }
        }

        if (!pending.TryAdd(address, message))
        {
            Close(CloseReason.TooMuchPending);
        }
    }

    /// <summary>A client broke a rule at one document.</summary>
    private void Dismiss(string address, HocuspocusChannel? channel, string reason)
    {
        pending.Take(address);
        if (channel is not null)
        {
            Close(channel, reason);
        }
        else
        {
            lock (gate)
            {
                Refuse(address);
            }

            Say(new HocuspocusFormat(address, isShared: false).Closed(reason));
        }
    }

    private async ValueTask AuthenticateAsync(string address, HocuspocusChannel? channel, string token, CancellationToken closed)
    {
        if (!HocuspocusAddress.TryParse(address, out var parsed, out var error))
        {
            Deny(address, error);
            return;
        }

        var wait = tokenRate.Count(1);
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, time, closed);
        }

        var verdict = await tokens.VerifyAsync(token, closed);
        if (verdict.IsTemporary)
        {
            if (channel is null)
            {
                Close(CloseReason.StoreUnavailable);
            }

            return;
        }

        if (channel is { HasEnded: false })
        {
            if ((verdict.IsAccepted ? channel.Renew(verdict.Grant) : verdict.Refusal) is { } reason)
            {
                Close(channel, reason);
            }
        }
        else if (!verdict.IsAccepted)
        {
            Deny(address, verdict.Refusal);
        }
        else if (verdict.Grant.To(parsed.Document) == AccessLevel.None)
        {
            Deny(address, HocuspocusAddress.DefaultReason);
        }
        else
        {
            Open(address, parsed, verdict.Grant);
        }
    }

    private void Open(string address, HocuspocusAddress parsed, Grant grant)
    {
        HocuspocusChannel? channel = null;
        lock (gate)
        {
            if (isClosed)
            {
                return;
            }

            if (channels.Count < MaxDocuments)
            {
                var format = parsed.HasSession ? new HocuspocusFormat(address, isShared: false) : formats.Take(address);
                channel = new HocuspocusChannel(this, address, parsed, format, grant, limits, stampsAwareness ? new AwarenessStamp(grant) : null, time);
                channels.Add(address, channel);
                refused.Remove(address);
                idleTimer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }

        if (channel is null)
        {
            Deny(address, "This socket has as many documents as it takes.");
            return;
        }

        channel.Open(sessions);
        var kept = pending.Take(address);
        if (kept.Count > 0)
        {
            channel.Receive([.. kept]);
        }
    }

    /// <summary>The socket stays open and everything about the document is forgotten, so that the client may try again.</summary>
    private void Deny(string address, string reason)
    {
        pending.Take(address);
        lock (gate)
        {
            Refuse(address);
        }

        LogDenied(logger, address, reason);
        Say(new HocuspocusFormat(address, isShared: false).Denied(reason));
    }
}
