using Relay.Backplane;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// What other nodes are to be told about presence: the latest entry of each client that changed, and a node's whole
/// presence where nodes greet each other. One message, or the parts of one, is under way at a time. Belongs to the
/// session's mailbox.
/// </summary>
/// <remarks>
/// A question is answered at once, and further ones within <see cref="AnswerPause"/> together, so that many nodes that
/// ask together (after Redis was away) are answered twice by each and not by each as often as they are.
/// </remarks>
internal sealed class PresenceOutbox(AwarenessRecords records)
{
    private static readonly TimeSpan AnswerPause = TimeSpan.FromMilliseconds(250);

    /// <summary>Entries of about so many bytes go into one message.</summary>
    private const int PartBytes = 256 << 10;

    private readonly HashSet<ClientKey> changed = [];
    private bool asks;
    private bool answers;
    private bool asksToRenew;
    private DateTimeOffset answersFrom;

    /// <summary>Whether a message was lost since the last one that said everything.</summary>
    private bool isUnsure;
    private bool saysAll;

    /// <summary>Whether other nodes were ever told of a client that is here.</summary>
    public bool HasSpoken { get; private set; }

    /// <summary>Whether a message is under way.</summary>
    public bool IsSending { get; private set; }

    /// <summary>Whether other nodes may believe that clients of this node are there.</summary>
    public bool MayBeRemembered => isUnsure || changed.Count > 0 || records.Own().Any();

    /// <summary>
    /// Tells the entries that these clients have when the message is made, or that they are not here any more.
    /// </summary>
    public void Tell(IEnumerable<ulong> clients) => changed.UnionWith(clients.Select(client => new ClientKey(client)));

    /// <summary>Says all that is here, and asks the others for theirs.</summary>
    public void Greet() => asks = true;

    /// <summary>Says all that is here.</summary>
    public void Answer() => answers = true;

    /// <summary>Asks the owners on other nodes to say theirs anew.</summary>
    public void AskToRenew() => asksToRenew = true;

    /// <summary>How long an answer has to wait; null when none waits.</summary>
    public TimeSpan? AnswerDue(DateTimeOffset now) =>
        !answers || IsSending ? null : answersFrom > now ? answersFrom - now : TimeSpan.Zero;

    /// <summary>Takes the next message up, in its parts; null when there is none, or one is under way.</summary>
    public (AwarenessKind Kind, IReadOnlyList<byte[]> Parts)? TryBegin(DateTimeOffset now)
    {
        if (IsSending)
        {
            return null;
        }

        var next = Next(now);
        saysAll = next is { Kind: AwarenessKind.Hello or AwarenessKind.Here, Parts.Count: 1 };
        IsSending = next is not null;
        return next;
    }

    /// <summary>
    /// The message that was under way was sent, or given up: it is not repeated, because clients renew their presence
    /// every 15 s.
    /// </summary>
    public void End(bool isSent)
    {
        IsSending = false;
        isUnsure = !isSent || (isUnsure && !saysAll);
    }

    private IEnumerable<AwarenessRecord> Changed() =>
        changed.Select(client => records.Find(client.Id)).OfType<AwarenessRecord>();

    private (AwarenessKind Kind, IReadOnlyList<byte[]> Parts)? Next(DateTimeOffset now)
    {
        if (asks || (answers && answersFrom <= now))
        {
            var kind = asks ? AwarenessKind.Hello : AwarenessKind.Here;
            asks = false;
            if (answers || kind == AwarenessKind.Here)
            {
                answersFrom = now + AnswerPause;
            }

            answers = false;
            var notes = Notes(now);
            if (kind == AwarenessKind.Hello || notes.Count > 0 || HasSpoken)
            {
                return (kind, notes.Count > 0 ? notes : [new PresenceNote(IsWhole: true, Told([]), []).Encode()]);
            }
        }

        if (changed.Count > 0)
        {
            var entries = Changed().Select(record => record.OwnEntry).ToList();
            changed.Clear();
            if (entries.Count > 0)
            {
                HasSpoken |= entries.Exists(entry => !entry.IsNull);
                return (AwarenessKind.Changes, [.. Cut(entries).Select(part => Told(part).Encode())]);
            }
        }

        if (asksToRenew)
        {
            asksToRenew = false;
            return (AwarenessKind.Renew, [[]]);
        }

        return null;
    }

    /// <summary>
    /// All clients of this node, and the removals that are still to be told; empty when there are none.
    /// </summary>
    private List<byte[]> Notes(DateTimeOffset now)
    {
        HasSpoken |= records.Own().Any();
        var told = records.Own().Concat(Changed()).Distinct().ToDictionary(record => new ClientKey(record.ClientId));
        changed.Clear();
        var parts = Cut([.. told.Values.Select(record => record.OwnEntry)]).ToList();
        return [.. parts.Select(part => new PresenceNote(
            parts.Count == 1, Told(part), [.. part.Select(entry => now - told[entry.ClientId].SeenAt)]).Encode())];
    }

    private ToldPresence Told(IReadOnlyList<AwarenessEntry> entries) =>
        ToldPresence.Of(entries, client => records.Find(client)!.User);

    private static IEnumerable<List<AwarenessEntry>> Cut(List<AwarenessEntry> entries)
    {
        var part = new List<AwarenessEntry>();
        var bytes = 0;
        foreach (var entry in entries)
        {
            part.Add(entry);
            bytes += entry.State.Length;
            if (bytes >= PartBytes)
            {
                yield return part;
                part = [];
                bytes = 0;
            }
        }

        if (part.Count > 0)
        {
            yield return part;
        }
    }
}
