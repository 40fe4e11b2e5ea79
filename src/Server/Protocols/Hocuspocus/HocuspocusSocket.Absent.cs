using System.Text;
using Relay.Connections;
using Relay.Sessions;

namespace Relay.Protocols.Hocuspocus;

/// <summary>What is done about documents that are not open; <see cref="AbsentDocuments"/> knows about them.</summary>
internal sealed partial class HocuspocusSocket
{
    /// <summary>What is said to a client that goes on without a token where one is needed.</summary>
    public const string TokenMissing = "A token is needed for this document.";

    /// <summary>What is said to a client that sends much before it has shown a token.</summary>
    public const string TooLargeUnadmitted = "Until a document is open on this connection, a message may have 64 KiB.";

    /// <summary>What is said of one document too many.</summary>
    public const string TooManyDocuments =
        "This socket has as many documents as Limits:MaxDocumentsPerConnection allows.";

    private const string NoToken = "";

    private bool Keep(string address, in DocumentMessage message)
    {
        var outcome = absent.TryKeep(address, message);
        if (outcome == KeepOutcome.TooMuch)
        {
            Close(CloseReason.TooMuchPending);
        }
        else if (outcome == KeepOutcome.NoRoom)
        {
            RefuseForLackOfRoom(address);
        }

        return outcome == KeepOutcome.Kept;
    }

    /// <summary>
    /// All sockets together keep too much for clients without a token. That is others' doing, so documents that are
    /// open on this socket stay open.
    /// </summary>
    private void RefuseForLackOfRoom(string address)
    {
        bool hasOpen;
        lock (gate)
        {
            hasOpen = channels.Count > 0;
        }

        if (hasOpen)
        {
            Dismiss(address, null, CloseReason.NodeIsFull.Text);
        }
        else
        {
            Close(CloseReason.NodeIsFull);
        }
    }

    /// <summary>
    /// A message came for a document that is not open and was not refused:
    /// where no token is needed none has to be waited for.
    /// </summary>
    private async ValueTask OpenOrAskAsync(string address, DocumentMessage message, CancellationToken closed)
    {
        if (!Keep(address, message))
        {
            return;
        }

        var verdict = await tokens.VerifyAsync(RemoteAddress, NoToken, closed);
        if (verdict.IsAccepted)
        {
            await AuthenticateAsync(address, null, NoToken, closed);
        }
        else
        {
            Ask(address);
        }
    }

    private void Ask(string address)
    {
        Say(new HocuspocusFormat(address, isShared: false).TokenRequest());
        absent.Asked(address);
    }

    private void RefuseAgain(string address, in DocumentMessage message)
    {
        if (absent.Drop(address, message) is { } refused)
        {
            var format = new HocuspocusFormat(address, isShared: false);
            Say(refused.State == AddressState.Denied ? format.Denied(refused.Reason) : format.Closed(refused.Reason));
        }
    }

    private void Leave(HocuspocusChannel channel)
    {
        if (Remove(channel))
        {
            channel.End(clean: true);
            absent.Left(channel.Address, channel.Unsynced);
        }
    }

    /// <summary>A client broke a rule at one document.</summary>
    private void Dismiss(string address, HocuspocusChannel? channel, string reason)
    {
        if (channel is not null)
        {
            Close(channel, reason);
        }
        else
        {
            absent.Refused(address, AddressState.Closed, reason);
            Say(new HocuspocusFormat(address, isShared: false).Closed(reason));
        }
    }

    /// <summary>Nothing is remembered of an address that is too long; each token for it is refused anew.</summary>
    private void DenyLongName(ReadOnlyMemory<byte> frame, ReadOnlySpan<byte> address, int start)
    {
        HandIn();
        var isRead = HocuspocusDecoder.TryDecode(frame, start, 0, out var message, out _);
        var asks = message is { Kind: HocuspocusMessageKind.Document, Content.Kind: DocumentMessageKind.SyncStep1 };
        if (isRead && (asks || message.Kind == HocuspocusMessageKind.Token))
        {
            var text = Encoding.UTF8.GetString(address);
            var reason = HocuspocusAddress.TryParse(text, out _, out var error) ? HocuspocusAddress.LongSession : error;
            Say(new HocuspocusFormat(text, isShared: false).Denied(reason));
        }
    }

    private void OnAbsentDue(string address, AbsentStep step)
    {
        switch (step)
        {
            case AbsentStep.AskForToken:
                Say(new HocuspocusFormat(address, isShared: false).TokenRequest());
                break;
            case AbsentStep.Deny:
                Deny(address, TokenMissing);
                break;
            default:
                Close(CloseReason.NotOpen);
                break;
        }
    }

    /// <summary>The socket stays open, and the client may try again.</summary>
    private void Deny(string address, string reason)
    {
        absent.Refused(address, AddressState.Denied, reason);
        LogDenied(logger, address, reason);
        Say(new HocuspocusFormat(address, isShared: false).Denied(reason));
    }
}
