using System.Net;
using Relay.Connections;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Simulation;

/// <summary>A connection between a client and a node, both ends of it. Each direction keeps its order.</summary>
internal sealed class Link(World world, Client client, Node node) : ISessionConnection
{
    /// <summary>
    /// What each bit of the bytes that the session settles stands for: so it says which messages it means.
    /// </summary>
    private readonly (byte Kind, ReadOnlyMemory<byte> Update)?[] outstanding = new (byte, ReadOnlyMemory<byte>)?[30];
    private readonly Process process = node.Process;
    private readonly int number = ++world.Links;
    private readonly MessagesHeard heard = new();
    private readonly Direction there = new(world);
    private readonly Direction back = new(world);
    private Attachment? attachment;
    private DocumentSession? session;
    private bool isSending;
    private bool isClosedByNode;

    public FrameFormat Format => PlainFormat.Instance;

    public IPAddress? RemoteAddress => null;

    public bool IsStamped => false;

    public bool MayHaveMore => false;

    /// <summary>The node's process.</summary>
    public Process Process => process;

    /// <summary>Whether its node is dead, and the client has not noticed yet.</summary>
    public bool IsDead => process.IsDead;

    /// <summary>Says which connection it is.</summary>
    public int Number => number;

    public int Outstanding => outstanding.Count(o => o is not null);

    public void Open()
    {
        if (process.IsDead)
        {
            OnNodeLost();
            return;
        }

        node.Links.Add(this);
        There(() =>
        {
            if (!node.IsReady)
            {
                Close(CloseReason.NodeStops);
                return;
            }

            attachment = node.Sessions.Place(client.Of.Name, this, AccessLevel.Write);
            session = node.SessionOf(client.Of.Name);
            attachment.Join();
        });
    }

    public void Say(byte kind, byte[] payload)
    {
        var bytes = 0;
        if (kind is PlainFormat.Step2 or PlainFormat.Updated)
        {
            var bit = Array.IndexOf(outstanding, null);
            outstanding[bit] = (kind, payload);
            bytes = 1 << bit;
        }

        IReadOnlyList<AwarenessEntry> entries = [];
        if (kind == PlainFormat.Presence && !AwarenessUpdate.TryDecode(payload, 1000, out entries, out var error))
        {
            throw new ScheduleFailedException($"A client made presence that does not read: {error}.");
        }

        var message = kind switch
        {
            PlainFormat.Step1 => DocumentMessageKind.SyncStep1,
            PlainFormat.Step2 => DocumentMessageKind.SyncStep2,
            PlainFormat.Updated => DocumentMessageKind.Update,
            PlainFormat.Message => DocumentMessageKind.Stateless,
            _ => DocumentMessageKind.Awareness,
        };
        There(() =>
        {
            if (bytes == 0 || IsOfThisLife())
            {
                attachment?.Receive(
                    [new DocumentMessage(message, kind == PlainFormat.Presence ? default : payload,
                        entries, 0, bytes)]);
            }
        });
    }

    /// <summary>The client hears another one's message.</summary>
    public void Hear(ulong message)
    {
        world.Trace($"{client.Name} hears {message:x} on connection {number}");
        if (heard.WhyNot(message) is { } problem)
        {
            world.Fail($"{client.Name} heard a message {problem}.");
        }
    }

    public bool HasHeard(ulong message) => heard.Has(message);

    /// <summary>
    /// Whether what the client wrote belongs to the document that he gets to, or to a later one: where it was deleted
    /// meanwhile, his connection to the one that follows is broken. A node that does not know that yet takes all.
    /// </summary>
    private bool IsOfThisLife()
    {
        var ledger = client.Of.Ledger;
        if (ledger.Life.Number == 0 || session is null or { Stage: SessionStage.Loading or SessionStage.Closed })
        {
            return client.Life == ledger.Life.Number && !(client.IsGone && ledger.Life.IsDeleted);
        }

        return client.Life >= LifeOf(session).Number;
    }

    private Life LifeOf(DocumentSession shown) => client.Of.Ledger.LifeIn(Inside.PositionOf(shown).Epoch);

    /// <summary>The client goes. The node learns it at once, or much later.</summary>
    public void CloseByClient(bool clean)
    {
        if (!clean)
        {
            there.Hold(TimeSpan.FromMilliseconds(world.Random.Below(10_000)));
        }

        There(() => End(clean));
    }

    /// <summary>The node asks the client to connect elsewhere.</summary>
    public void CloseByNode() => Close(CloseReason.NodeStops);

    /// <summary>The process is gone; the client notices some time later.</summary>
    public void OnNodeLost()
    {
        back.Hold(TimeSpan.FromMilliseconds(world.Random.Below(3_000)));
        Back(() => client.OnClosed(this, null));
    }

    /// <summary>A client that hears nothing for long tries another node.</summary>
    public void GiveUpIfPaused() => world.Agenda.Add(TimeSpan.FromMilliseconds(world.Random.Below(60_000)), null, () =>
    {
        if (process.IsPaused)
        {
            node.Links.Remove(this);
            There(() => End(clean: false));
            client.OnClosed(this, null);
        }
    });

    public void Close(CloseReason reason)
    {
        if (isClosedByNode)
        {
            return;
        }

        isClosedByNode = true;
        Back(() => client.OnClosed(this, reason));
        world.Agenda.Add(TimeSpan.Zero, process, () => End(clean: true));
    }

    void ISessionConnection.Close(RefusalReason reason) => Close(CloseReason.Of(reason));

    bool ISessionConnection.Send(ReadOnlyMemory<byte>[] frames)
    {
        if (isSending)
        {
            throw new ScheduleFailedException("A session sent more before the connection had sent what it was given.");
        }

        foreach (var frame in frames)
        {
            var (kind, payload) = (frame.Span[0], frame[1..]);
            var life = LifeOf(session!).Number;
            if (kind is PlainFormat.Step2 or PlainFormat.Updated)
            {
                if (world.IsTracing)
                {
                    world.Trace(
                        $"{process.Name} sends {client.Name} on connection {number} "
                            + $"{(kind == PlainFormat.Step2 ? "the last of an answer" : "an update")} "
                            + $"{Convert.ToHexString(payload.Span)}");
                }

                Show(payload);
            }

            Back(() => client.OnFrame(this, kind, payload, life));
        }

        if (!world.Random.Chance(world.Weather.SlowClients))
        {
            return true;
        }

        isSending = true;
        world.Agenda.Add(
            TimeSpan.FromMilliseconds(world.Random.Below(world.Random.Chance(0.1) ? 5_000 : 50)), process, () =>
        {
            isSending = false;
            attachment!.Sent();
        });
        return false;
    }

    bool ISessionConnection.TryHold(long bytes) => true;

    void ISessionConnection.TakeUp()
    {
    }

    void ISessionConnection.Settled(long bytes)
    {
        for (var bit = 0; bit < outstanding.Length; bit++)
        {
            if ((bytes & (1L << bit)) == 0)
            {
                continue;
            }

            if (outstanding[bit] is not { } settled)
            {
                throw new ScheduleFailedException($"{process.Name} settled a message twice.");
            }

            client.Of.Ledger.OnAcknowledged(settled.Update, process, LifeOf(session!));
            outstanding[bit] = null;
        }
    }

    private void Show(ReadOnlyMemory<byte> payload)
    {
        if (node.ShowsUnlogged(session!) && !Updates.Contains(Inside.DocumentOf(session!), payload))
        {
            if (client.Link == this && OwnUpdatesIn(payload).Any())
            {
                throw new ScheduleFailedException(
                    $"{process.Name} sent {client.Name} its own update before it was logged.");
            }

            return;
        }

        client.Of.Ledger.OnShown(payload, process, LifeOf(session!));
        AcknowledgeWhatIsIn(payload);
    }

    /// <summary>A y-websocket client takes its own update, coming back, for its acknowledgement.</summary>
    private void AcknowledgeWhatIsIn(ReadOnlyMemory<byte> shown)
    {
        if (world.Promise != Promise.ReplicatedLog || Outstanding == 0)
        {
            return;
        }

        foreach (var update in OwnUpdatesIn(shown))
        {
            client.Of.Ledger.OnAcknowledged(update, process, LifeOf(session!));
        }
    }

    /// <summary>Those with insertions: deletes belong to no client.</summary>
    private IEnumerable<ReadOnlyMemory<byte>> OwnUpdatesIn(ReadOnlyMemory<byte> shown)
    {
        var document = world.Updates.DocumentOf(shown);
        foreach (var message in outstanding)
        {
            if (message is { Kind: PlainFormat.Updated } own && own.Update.Span[0] > 0
                && Updates.Contains(document, own.Update))
            {
                yield return own.Update;
            }
        }
    }

    private void End(bool clean)
    {
        node.Links.Remove(this);
        attachment?.Leave(clean);
    }

    private void There(Action step) => there.Bring(process, step);

    private void Back(Action step) => back.Bring(null, step);
}
