using System.Text;
using Relay.Connections;
using Relay.Sessions;

namespace Relay.Protocols.Hocuspocus;

/// <summary>
/// What a client is told about documents that are not open on its socket: that a token is needed, that a document was
/// denied or closed. <see cref="AbsentDocuments"/> remembers what was said.
/// </summary>
internal sealed partial class AbsentAnswers(SocketDocuments documents, AbsentDocuments absent, ILogger logger)
{
    /// <summary>What is said to a client that goes on without a token where one is needed.</summary>
    public const string TokenMissing = "A token is needed for this document.";

    /// <summary>Keeps a message until its document's token comes; false if that is too much, and then it is
    /// answered.</summary>
    public bool TryKeep(string address, in DocumentMessage message)
    {
        var outcome = absent.TryKeep(address, message);
        if (outcome == KeepOutcome.TooMuch)
        {
            documents.Close(CloseReason.TooMuchPending);
        }
        else if (outcome == KeepOutcome.NoRoom)
        {
            RefuseForLackOfRoom(address);
        }

        return outcome == KeepOutcome.Kept;
    }

    /// <summary>Asks the client for the token that the kept messages wait for.</summary>
    public void Ask(string address)
    {
        documents.Say(new HocuspocusFormat(address, isShared: false).TokenRequest());
        absent.Asked(address);
    }

    /// <summary>Drops a message to a document that was refused, and says so if it was not said just now.</summary>
    public void RefuseAgain(string address, in DocumentMessage message)
    {
        if (absent.Drop(address, message) is { } refused)
        {
            var format = new HocuspocusFormat(address, isShared: false);
            documents.Say(
                refused.State == AddressState.Denied ? format.Denied(refused.Reason) : format.Closed(refused.Reason));
        }
    }

    /// <summary>A client broke a rule at one document, which may be open.</summary>
    public void Dismiss(string address, HocuspocusChannel? channel, string reason)
    {
        if (channel is not null)
        {
            documents.Close(channel, reason);
        }
        else
        {
            absent.Refused(address, AddressState.Closed, reason);
            documents.Say(new HocuspocusFormat(address, isShared: false).Closed(reason));
        }
    }

    /// <summary>Does not open a document. The socket stays open, and the client may try again.</summary>
    public void Deny(string address, string reason)
    {
        absent.Refused(address, AddressState.Denied, reason);
        LogDenied(logger, address, reason);
        documents.Say(new HocuspocusFormat(address, isShared: false).Denied(reason));
    }

    /// <summary>
    /// The same token may be taken later. Providers come back by themselves only when the socket is closed, which
    /// would harm its other documents where there are some.
    /// </summary>
    public void RefuseForNow(string address, CloseReason reason)
    {
        if (reason != CloseReason.StoreUnavailable && documents.Count > 0)
        {
            Deny(address, reason.Text);
        }
        else
        {
            documents.Close(reason);
        }
    }

    /// <summary>An address that is too long is not remembered; each token for it is refused anew.</summary>
    public void DenyLongName(ReadOnlyMemory<byte> frame, ReadOnlySpan<byte> address, int start)
    {
        var isRead = HocuspocusDecoder.TryDecode(frame, start, 0, out var message, out _);
        var asks = message is { Kind: HocuspocusMessageKind.Document, Content.Kind: DocumentMessageKind.SyncStep1 };
        if (isRead && (asks || message.Kind == HocuspocusMessageKind.Token))
        {
            var text = Encoding.UTF8.GetString(address);
            var reason = HocuspocusAddress.TryParse(text, out _, out var error) ? HocuspocusAddress.LongSession : error;
            documents.Say(new HocuspocusFormat(text, isShared: false).Denied(reason));
        }
    }

    /// <summary>The time of an absent document's next step has come.</summary>
    public void OnDue(string address, AbsentStep step)
    {
        switch (step)
        {
            case AbsentStep.AskForToken:
                documents.Say(new HocuspocusFormat(address, isShared: false).TokenRequest());
                break;
            case AbsentStep.Deny:
                Deny(address, TokenMissing);
                break;
            default:
                documents.Close(CloseReason.NotOpen);
                break;
        }
    }

    /// <summary>
    /// All sockets together keep too much for clients without a token. That is others' doing, so documents that are
    /// open on this socket stay open.
    /// </summary>
    private void RefuseForLackOfRoom(string address)
    {
        if (documents.Count > 0)
        {
            Dismiss(address, null, CloseReason.NodeIsFull.Text);
        }
        else
        {
            documents.Close(CloseReason.NodeIsFull);
        }
    }
}
