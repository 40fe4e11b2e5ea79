using Relay.Access;
using Relay.Connections;
using Relay.Sessions;

namespace Relay.Protocols.Hocuspocus;

/// <summary>
/// How a document is opened on a socket: its token is checked, and with the first one the socket gets its place. One
/// token at a time; not thread-safe.
/// </summary>
internal sealed class DocumentOpening(
    HocuspocusServices services,
    SocketDocuments documents,
    SocketAdmission admission,
    AbsentDocuments absent,
    AbsentAnswers answers)
{
    /// <summary>What is said of one document too many.</summary>
    public const string TooManyDocuments =
        "This socket has as many documents as Limits:MaxDocumentsPerConnection allows.";

    /// <summary>
    /// Tokens are checked as many at once as a socket may have documents, but no fewer than this: a signature costs as
    /// much as hundreds of frames.
    /// </summary>
    private const int LeastTokensAtOnce = 100;

    private const string NoToken = "";

    private readonly MessageRate rate = new(
        Math.Max(LeastTokensAtOnce, services.Limits.MaxDocuments) / MessageRate.BurstSeconds, services.Time);

    /// <summary>
    /// A token came: the document is opened, or the right to it changed, or the client is told why not.
    /// </summary>
    /// <param name="address">The document.</param>
    /// <param name="channel">The document, if it is open.</param>
    /// <param name="token">As the client sent it.</param>
    /// <param name="closed">Says that the socket is closed.</param>
    public async ValueTask AuthenticateAsync(
        string address, HocuspocusChannel? channel, string token, CancellationToken closed)
    {
        absent.TokenCame(address);
        if (!HocuspocusAddress.TryParse(address, out var parsed, out var error))
        {
            answers.Deny(address, error);
            return;
        }

        var wait = rate.Count(1);
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, services.Time, closed);
        }

        var verdict = await services.Tokens.VerifyAsync(documents.RemoteAddress, token, closed);
        if (verdict.IsTemporary || verdict.IsHeldBack)
        {
            // A document that is open goes on with the right that it has.
            if (channel is null)
            {
                answers.RefuseForNow(
                    address, verdict.IsTemporary ? CloseReason.StoreUnavailable : CloseReason.TokensHeldBack);
            }

            return;
        }

        if (channel is { HasEnded: false })
        {
            Renew(channel, verdict);
        }
        else if (!verdict.IsAccepted)
        {
            answers.Deny(address, verdict.Refusal);
        }
        else if (verdict.Grant.To(parsed.Document) == AccessLevel.None)
        {
            answers.Deny(address, HocuspocusAddress.DefaultReason);
        }
        else
        {
            Open(address, parsed, verdict.Grant);
        }
    }

    /// <summary>
    /// A message came for a document that is not open and was not refused: where no token is needed none has to be
    /// waited for.
    /// </summary>
    public async ValueTask OpenOrAskAsync(string address, DocumentMessage message, CancellationToken closed)
    {
        if (!answers.TryKeep(address, message))
        {
            return;
        }

        var verdict = await services.Tokens.VerifyAsync(documents.RemoteAddress, NoToken, closed);
        if (verdict.IsAccepted)
        {
            await AuthenticateAsync(address, null, NoToken, closed);
        }
        else
        {
            answers.Ask(address);
        }
    }

    private void Renew(HocuspocusChannel channel, in TokenVerdict verdict)
    {
        if (!verdict.IsAccepted)
        {
            documents.Close(channel, verdict.Refusal);
        }
        else if (verdict.Grant.To(channel.Document) == AccessLevel.None)
        {
            documents.Close(channel, HocuspocusAddress.DefaultReason);
        }
        else if (verdict.Grant.UserId != channel.UserId)
        {
            documents.Close(channel, "The token is another user's.");
        }
        else
        {
            channel.Renew(verdict.Grant);
        }
    }

    private void Open(string address, in HocuspocusAddress parsed, Grant grant)
    {
        if (documents.Count >= services.Limits.MaxDocuments)
        {
            answers.Deny(address, TooManyDocuments);
            return;
        }

        if (!services.Users.TryTake(grant.UserId))
        {
            answers.RefuseForNow(address, CloseReason.UserIsFull);
            return;
        }

        if (!admission.TryAdmit())
        {
            services.Users.Return(grant.UserId);
            documents.Close(CloseReason.NodeIsFull);
            return;
        }

        absent.Admit();
        if (documents.TryAdd(address, parsed, grant, out var before) is { } channel)
        {
            channel.Open(services.Sessions, before);
            if (before is { Kept.Count: > 0 })
            {
                channel.Receive([.. before.Kept.Select(KeptMessage.Unpack)]);
            }
        }
    }
}
