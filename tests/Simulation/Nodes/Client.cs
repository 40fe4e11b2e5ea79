using System.Buffers.Binary;
using System.Text;
using Relay.Connections;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Simulation;

/// <summary>
/// Somebody who edits, as stock clients do: what he does he has at once, sends when he is connected, and sends again
/// what a node lacks when he connects anew.
/// </summary>
internal sealed class Client(World world, SimulatedDocument document, ulong id)
{
    private const int MaxOutstanding = 24;

    private readonly ShownDocument shown = new(world.Content.Kind);
    private ulong clock;
    private ulong presenceClock;
    private uint said;

    public string Name { get; } = $"client{id}";

    public ulong Id => id;

    /// <summary>The document that he edits.</summary>
    public SimulatedDocument Of => document;

    /// <summary>
    /// In which life of the document what he has was written: what he has from before a deletion he has no reason to
    /// write again.
    /// </summary>
    public int Life { get; private set; } = document.Ledger.Life.Number;

    public IContent Document { get; } = world.Content.Kind.Create();

    /// <summary>Presence as the client knows it, by the rule of y-protocols.</summary>
    public Dictionary<ulong, (ulong Clock, bool IsThere)> Presence { get; } = [];

    public Link? Link { get; private set; }

    /// <summary>The process to which it connected last; null before the first.</summary>
    public Process? LastNode { get; private set; }

    /// <summary>He has closed the page.</summary>
    public bool IsGone { get; private set; }

    public bool HasPresence { get; init; }

    /// <summary>The clock of the presence that it showed last by <see cref="Show"/>.</summary>
    public ulong ShownClock { get; private set; }

    /// <summary>Whether the node has answered his question for what he lacks.</summary>
    public bool IsSynced { get; private set; }

    public void Connect(Node node)
    {
        if (Link is not null || IsGone)
        {
            return;
        }

        if (Life != document.Ledger.Life.Number && !document.Ledger.Life.IsDeleted)
        {
            // What he has is of a document that is no more.
            IsGone = true;
            return;
        }

        world.Trace($"{Name} connects to {node.Process.Name}");
        IsSynced = false;
        LastNode = node.Process;
        Link = new Link(world, this, node);
        Link.Open();
        Link.Say(PlainFormat.Step1, Document.EncodeStateVector());
        Presence.Clear();
        if (HasPresence)
        {
            Renew(Link);
        }
    }

    /// <summary>Shows other presence than before.</summary>
    public void Show()
    {
        if (HasPresence && Link is { } link)
        {
            presenceClock++;
            ShownClock = presenceClock;
            link.Say(PlainFormat.Presence, AwarenessUpdate.Encode([OwnEntry]));
        }
    }

    /// <summary>Says something to all others that are there; returns the number of the message.</summary>
    public ulong Say()
    {
        if (Link is not { } link)
        {
            return 0;
        }

        var message = ((ulong)link.Number << 32) + ++said;
        world.Trace($"{Name} says {message:x}");
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, message);
        link.Say(PlainFormat.Message, bytes);
        return message;
    }

    public void Write()
    {
        if (Link?.Outstanding >= MaxOutstanding || IsGone)
        {
            return;
        }

        Do(world.Content.Written(id, clock++));
    }

    /// <summary>Deletes some character that he sees.</summary>
    public void Delete(Client whose)
    {
        if (Link?.Outstanding >= MaxOutstanding || IsGone || whose.clock == 0)
        {
            return;
        }

        Delete(whose, (ulong)world.Random.Below((int)whose.clock));
    }

    /// <summary>Deletes the character that another client has written last, if he sees it.</summary>
    public void DeleteLast(Client whose)
    {
        if (Link?.Outstanding < MaxOutstanding && whose.clock > 0)
        {
            Delete(whose, whose.clock - 1);
        }
    }

    private void Delete(Client whose, ulong at)
    {
        if (world.Content.Deleted is not { } deleted
            || !Updates.Contains(Document, world.Content.Written(whose.Id, at)))
        {
            return;
        }

        Do(deleted(whose.Id, at));
    }

    public void Disconnect(bool clean, bool forGood)
    {
        if (IsGone)
        {
            return;
        }

        world.Trace($"{Name} {(forGood ? "goes for good" : "disconnects")}{(clean ? "" : ", abruptly")}");
        IsGone |= forGood;
        var link = Link;
        Link = null;
        link?.CloseByClient(clean);
    }

    /// <param name="link">The connection on which it comes.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="payload">What it says.</param>
    /// <param name="life">The life of the document that the node had when it sent this.</param>
    public void OnFrame(Link link, byte kind, ReadOnlyMemory<byte> payload, int life)
    {
        if (link != Link)
        {
            return;
        }

        switch (kind)
        {
            case PlainFormat.Step1:
                if (!Document.TryEncodeDiff(payload.Span, out var missing, out var error))
                {
                    throw new ScheduleFailedException($"{Name} was sent a state vector that does not read: {error}.");
                }

                link.Say(PlainFormat.Step2, missing);
                break;
            case PlainFormat.Presence:
                OnPresence(payload);
                break;
            case PlainFormat.Message:
                link.Hear(BinaryPrimitives.ReadUInt64BigEndian(payload.Span));
                break;
            default:
                // He may be shown the document as it was before it was deleted.
                Life = Math.Min(Life, life);
                Updates.Apply(Document, payload);
                if (!shown.TryTake(payload, document.Ledger.Life.EverLogged) && world.Promise != Promise.AnyLog)
                {
                    // A log that was lost may come back in another order than it was written in.
                    throw new ScheduleFailedException($"{Name} was shown deletes before what they came with.");
                }

                IsSynced |= kind == PlainFormat.Step2;
                break;
        }
    }

    /// <summary>The node, or the network, has ended the connection.</summary>
    public void OnClosed(Link link, CloseReason? reason)
    {
        if (link != Link)
        {
            return;
        }

        world.Trace($"{Name} is cut off: {reason?.Text ?? "the node is gone"}");
        Link = null;
        if (reason == CloseReason.DocumentDeleted)
        {
            if (document.Ledger.Life.Number == 0)
            {
                throw new ScheduleFailedException($"{Name} was told that the document is deleted, and it never was.");
            }

            IsGone = true;
            return;
        }

        if (reason is { Code: >= 4400 and < 4500 } && !document.Ledger.WasDamaged
            && world.Upgrade?.MayRefuse(link.Process) != true)
        {
            throw new ScheduleFailedException($"{Name} was told not to come back: {reason.Text}");
        }

        world.ConnectLater(this);
    }

    private void Do(byte[] update)
    {
        Updates.Apply(Document, update);
        shown.Write(update);
        world.Trace($"{Name} makes {(update[0] == 0 ? "a delete" : $"insertion {clock - 1}")}");
        Link?.Say(PlainFormat.Updated, update);
    }

    private AwarenessEntry OwnEntry => new(id, presenceClock, Encoding.UTF8.GetBytes($"{{\"n\":{id}}}"));

    private void Renew(Link link)
    {
        if (link == Link)
        {
            presenceClock++;
            link.Say(PlainFormat.Presence, AwarenessUpdate.Encode([OwnEntry]));
            world.Agenda.Add(TimeSpan.FromSeconds(15), null, () => Renew(link));
        }
    }

    private void OnPresence(ReadOnlyMemory<byte> update)
    {
        if (!AwarenessUpdate.TryDecode(update, 1000, out var entries, out var error))
        {
            throw new ScheduleFailedException($"{Name} was sent presence that does not read: {error}.");
        }

        var heard = new List<AwarenessEntry>();
        foreach (var entry in entries)
        {
            var known = Presence.TryGetValue(entry.ClientId, out var present);
            if (!known || entry.Clock > present.Clock || (entry.Clock == present.Clock && entry.IsNull))
            {
                Presence[entry.ClientId] = (entry.Clock, !entry.IsNull);
                if (entry.ClientId != id || !entry.IsNull)
                {
                    heard.Add(entry);
                }
            }

            if (entry.ClientId == id && entry.IsNull && entry.Clock >= presenceClock && Link is { } link)
            {
                presenceClock = entry.Clock;
                world.Agenda.Add(TimeSpan.Zero, null, () => Renew(link));
            }
            else if (entry.ClientId == id && entry.Clock > presenceClock)
            {
                presenceClock = entry.Clock;
            }
        }

        // Whatever they hear, stock clients send back: that makes nobody's presence theirs.
        if (heard.Count > 0)
        {
            Link?.Say(PlainFormat.Presence, AwarenessUpdate.Encode(heard));
        }
    }
}
