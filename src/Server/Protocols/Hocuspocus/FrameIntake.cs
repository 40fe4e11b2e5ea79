using System.Text;
using Relay.Connections;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Protocols.Hocuspocus;

/// <summary>
/// The way in of a Hocuspocus socket: messages are looked at one after the other. While a token is checked no further
/// frame is read, so what a client sends right behind it meets a document that is open, or is not. Not thread-safe.
/// </summary>
internal sealed partial class FrameIntake(
    HocuspocusServices services,
    SocketDocuments documents,
    SocketAdmission admission,
    AbsentDocuments absent,
    AbsentAnswers answers,
    DocumentOpening opening)
{
    /// <summary>What is said to a client that sends much before it has shown a token.</summary>
    public const string TooLargeUnadmitted = "Until a document is open on this connection, a message may have 64 KiB.";

    private readonly MessageRate rate = new(services.Limits.MessagesPerSecond, services.Time);
    private readonly MessageScreen screen = new(services.Limits, services.Time);

    // Not readonly: they are mutable structs.
    private ChannelBatch batch = new();
    private LastAddress last = new();

    /// <summary>Takes frames that came together; completes when more may be read.</summary>
    public async ValueTask HandleAsync(List<ReadOnlyMemory<byte>> frames, CancellationToken closed)
    {
        var wait = rate.Count(frames.Count);
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, services.Time, closed);
        }

        for (var i = 0; i < frames.Count && !documents.IsClosed; i++)
        {
            await HandleAsync(frames[i], i, closed);
            LentFrames.GiveBack(frames[i]);
            if (!admission.IsAdmitted)
            {
                // Answers to one read could take far more than it.
                await documents.Credit.WaitAsync(closed);
            }
        }

        batch.HandIn();
        await documents.Credit.WaitAsync(closed);
    }

    /// <summary>A message was too large and is skipped as it comes: it harms its own document only.</summary>
    /// <param name="beginning">Its first bytes.</param>
    public void SkipTooLarge(ReadOnlyMemory<byte> beginning)
    {
        if (documents.IsClosed)
        {
            return;
        }

        if (!HocuspocusDecoder.TryReadAddress(beginning.Span, out var bytes, out var start, out _)
            || bytes.Length > HocuspocusAddress.MaxUtf8Bytes)
        {
            documents.Close(CloseReason.MessageTooLarge);
            return;
        }

        var address = last.TextOf(bytes);
        if (HocuspocusDecoder.IsStateless(beginning.Span[start..]))
        {
            DropStateless(address);
            return;
        }

        var channel = documents.Find(address);
        var state = channel is null ? absent.StateOf(address) : AddressState.Open;
        if (HocuspocusRules.AnswerTo(state, HocuspocusMessageKind.TooLarge) == FrameAnswer.RefuseAgain)
        {
            answers.RefuseAgain(address, default);
        }
        else
        {
            LogTooLarge(services.Logger, address, admission.MaxMessageBytes);
            answers.Dismiss(
                address, channel, admission.IsAdmitted ? CloseReason.MessageTooLarge.Text : TooLargeUnadmitted);
        }
    }

    private ValueTask HandleAsync(ReadOnlyMemory<byte> frame, int number, CancellationToken closed)
    {
        if (HocuspocusDecoder.IsBare(frame.Span, out var isPing))
        {
            if (isPing)
            {
                documents.Say(HocuspocusFormat.BarePong);
            }

            return ValueTask.CompletedTask;
        }

        if (!HocuspocusDecoder.TryReadAddress(frame.Span, out var bytes, out var start, out var error))
        {
            EndSocket(error);
            return ValueTask.CompletedTask;
        }

        if (bytes.Length > HocuspocusAddress.MaxUtf8Bytes)
        {
            batch.HandIn();
            answers.DenyLongName(frame, bytes, start);
            return ValueTask.CompletedTask;
        }

        var address = last.TextOf(bytes);
        var channel = batch.Open is { } open && open.Address == address ? open : documents.Find(address);
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
        else
        {
            switch (screen.Check(message.Content))
            {
                case ScreenOutcome.EndSocket:
                    EndSocket(UnreadablePresence.TooMuch);
                    return ValueTask.CompletedTask;
                case ScreenOutcome.EndDocument:
                    error = UnreadablePresence.TooMuch;
                    message = HocuspocusMessage.Of(HocuspocusMessageKind.Unreadable);
                    break;
                case ScreenOutcome.DropStateless:
                    message = HocuspocusMessage.Of(HocuspocusMessageKind.DroppedStateless);
                    break;
                default:
                    break;
            }
        }

        var answer = HocuspocusRules.AnswerTo(state, message.Kind);
        if (answer == FrameAnswer.HandIn)
        {
            var mayWrite = channel!.Access >= AccessLevel.Write;
            batch.Add(channel, LentFrames.Share(message.Content, frame, mayWrite));
            return ValueTask.CompletedTask;
        }

        batch.HandIn();
        switch (answer)
        {
            case FrameAnswer.Check or FrameAnswer.Renew:
                var token = Encoding.UTF8.GetString(message.Token.Span);
                return opening.AuthenticateAsync(address, channel, token, closed);
            case FrameAnswer.OpenOrAsk:
                return opening.OpenOrAskAsync(address, KeptMessage.Pack(message.Content, frame), closed);
            case FrameAnswer.Keep:
                answers.TryKeep(address, KeptMessage.Pack(message.Content, frame));
                break;
            case FrameAnswer.RefuseAgain:
                answers.RefuseAgain(address, message.Content);
                break;
            case FrameAnswer.Leave:
                documents.Leave(channel!);
                break;
            case FrameAnswer.Forget:
                absent.Forget(address);
                break;
            case FrameAnswer.CloseUnreadable:
                LogBadMessage(services.Logger, address, error);
                answers.Dismiss(address, channel, CloseReason.BadMessage.Text);
                break;
            case FrameAnswer.DropStateless:
                DropStateless(address);
                break;
            case FrameAnswer.CloseForbidden:
                LogForbidden(services.Logger, address);
                answers.Dismiss(address, channel, "Reset Connection");
                break;
            default:
                break;
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>What came cannot be said to be one document's fault.</summary>
    private void EndSocket(YjsError error)
    {
        batch.HandIn();
        LogBadFrame(services.Logger, error);
        documents.Close(CloseReason.BadMessage);
    }

    private void DropStateless(string address)
    {
        if (screen.MayReportDrop(out var dropped))
        {
            LogStatelessDropped(
                services.Logger,
                dropped,
                address,
                services.Limits.MaxStatelessBytes,
                StatelessRate.MessagesPerSecond);
        }
    }
}
