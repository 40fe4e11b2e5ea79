using System.Text;
using Relay.Connections;
using Relay.Sessions;
using Relay.Yjs;

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
            LentFrames.GiveBack(frames[i]);
            if (!isAdmitted)
            {
                // Answers to one read could take far more than it.
                await Credit.WaitAsync(closed);
            }
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

        if (bytes.Length > HocuspocusAddress.MaxUtf8Bytes)
        {
            DenyLongName(frame, bytes, start);
            return ValueTask.CompletedTask;
        }

        var address = TextOf(bytes);
        var channel = batchChannel is { HasEnded: false } && batchChannel.Address == address
            ? batchChannel
            : Find(address);
        var state = channel is null ? absent.StateOf(address) : AddressState.Open;
        if (state is AddressState.Unknown or AddressState.Left or AddressState.Asked)
        {
            // It may have to be kept: a copy, because it shares its memory with whatever came with it.
            frame = frame.ToArray();
        }

        if (!HocuspocusDecoder.TryDecode(frame, start, number, out var message, out error))
        {
            message = HocuspocusMessage.Of(HocuspocusMessageKind.Unreadable);
        }
        else if (message.Content is { Kind: DocumentMessageKind.Awareness, Payload.IsEmpty: false })
        {
            unreadable ??= new UnreadablePresence(time);
            unreadable.Count(1);
            if (unreadable.EndsConnection)
            {
                HandIn();
                LogBadFrame(logger, UnreadablePresence.TooMuch);
                Close(CloseReason.BadMessage);
                return ValueTask.CompletedTask;
            }

            if (unreadable.EndsDocument)
            {
                (message, error) = (HocuspocusMessage.Of(HocuspocusMessageKind.Unreadable), UnreadablePresence.TooMuch);
            }
        }
        else if (message.Content.Kind == DocumentMessageKind.Stateless
            && message.Content.Payload.Length > limits.MaxStatelessBytes)
        {
            message = HocuspocusMessage.Of(HocuspocusMessageKind.DroppedStateless);
        }
        else if (message.Content.Kind == DocumentMessageKind.Stateless
            && !statelessRate.TryTake(message.Content.Payload.Length))
        {
            message = HocuspocusMessage.Of(HocuspocusMessageKind.DroppedStateless);
        }

        var answer = HocuspocusRules.AnswerTo(state, message.Kind);
        if (answer == FrameAnswer.HandIn)
        {
            var mayWrite = channel!.Access >= AccessLevel.Write;
            Collect(channel, LentFrames.Share(message.Content, frame, mayWrite));
            return ValueTask.CompletedTask;
        }

        HandIn();
        switch (answer)
        {
            case FrameAnswer.Check or FrameAnswer.Renew:
                return AuthenticateAsync(address, channel, Encoding.UTF8.GetString(message.Token.Span), closed);
            case FrameAnswer.OpenOrAsk:
                return OpenOrAskAsync(address, KeptMessage.Pack(message.Content, frame), closed);
            case FrameAnswer.Keep:
                Keep(address, KeptMessage.Pack(message.Content, frame));
                break;
            case FrameAnswer.RefuseAgain:
                RefuseAgain(address, message.Content);
                break;
            case FrameAnswer.Leave:
                Leave(channel!);
                break;
            case FrameAnswer.Forget:
                absent.Forget(address);
                break;
            case FrameAnswer.CloseUnreadable:
                LogBadMessage(logger, address, error);
                Dismiss(address, channel, CloseReason.BadMessage.Text);
                break;
            case FrameAnswer.DropStateless:
                DropStateless(address);
                break;
            case FrameAnswer.CloseForbidden:
                LogForbidden(logger, address);
                Dismiss(address, channel, "Reset Connection");
                break;
            default:
                break;
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>A message was too large and is skipped as it comes: it harms its own document only.</summary>
    /// <param name="beginning">Its first bytes.</param>
    private void SkipTooLarge(ReadOnlyMemory<byte> beginning)
    {
        if (isClosed)
        {
            return;
        }

        if (!HocuspocusDecoder.TryReadAddress(beginning.Span, out var bytes, out var start, out _)
            || bytes.Length > HocuspocusAddress.MaxUtf8Bytes)
        {
            Close(CloseReason.MessageTooLarge);
            return;
        }

        var address = TextOf(bytes);
        if (HocuspocusDecoder.IsStateless(beginning.Span[start..]))
        {
            DropStateless(address);
            return;
        }

        var channel = Find(address);
        var state = channel is null ? absent.StateOf(address) : AddressState.Open;
        if (HocuspocusRules.AnswerTo(state, HocuspocusMessageKind.TooLarge) == FrameAnswer.RefuseAgain)
        {
            RefuseAgain(address, default);
        }
        else
        {
            LogTooLarge(logger, address, isAdmitted ? limits.MaxMessageBytes : MaxUnadmittedBytes);
            Dismiss(address, channel, isAdmitted ? CloseReason.MessageTooLarge.Text : TooLargeUnadmitted);
        }
    }

    /// <summary>Presence to a document did not read and was dropped.</summary>
    public void ReportUnreadablePresence(string address, long dropped, YjsError error) =>
        LogUnreadablePresence(logger, dropped, address, error);

    private void DropStateless(string address)
    {
        if (statelessDrops.MayReport(out var dropped))
        {
            LogStatelessDropped(
                logger, dropped, address, limits.MaxStatelessBytes, StatelessRate.MessagesPerSecond);
        }
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

    private async ValueTask AuthenticateAsync(string address, HocuspocusChannel? channel, string token,
        CancellationToken closed)
    {
        absent.TokenCame(address);
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

        var verdict = await tokens.VerifyAsync(RemoteAddress, token, closed);
        if (verdict.IsTemporary || verdict.IsHeldBack)
        {
            // A document that is open goes on with the right that it has.
            if (channel is null)
            {
                RefuseForNow(address, verdict.IsTemporary ? CloseReason.StoreUnavailable : CloseReason.TokensHeldBack);
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
}
