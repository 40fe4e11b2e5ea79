using System.Net;
using Relay.Protocols.YWebSocket;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Doubles;

/// <summary>
/// A connection of a stock client, on which frames are under way in both directions until the test delivers them.
/// </summary>
internal sealed class StockLine : ISessionConnection
{
    private readonly World world;
    private readonly StockAwareness awareness;
    private readonly Attachment attachment;
    private readonly Queue<byte[]> toNode = new();
    private readonly Queue<ReadOnlyMemory<byte>> toClient = new();

    public StockLine(World world, int node, StockAwareness awareness, string? user = null)
    {
        this.world = world;
        this.awareness = awareness;
        attachment = world.Node(node).Place(World.Name, this, AccessLevel.Write, user);
        attachment.Join();
        toNode.Enqueue(Messages.Step1());
        if (awareness.States.ContainsKey(awareness.Id))
        {
            Say([awareness.Id]);
        }

        awareness.Updated += OnUpdated;
    }

    public FrameFormat Format => YWebSocketFormat.Instance;

    public IPAddress? RemoteAddress => null;

    public bool IsStamped => false;

    public bool MayHaveMore => toNode.Count > 0;

    public bool IsQuiet => toNode.Count + toClient.Count == 0;

    public RefusalReason? Closed { get; private set; }

    public void DeliverToNode()
    {
        if (toNode.TryDequeue(out var message))
        {
            var decoded = new List<DocumentMessage>();
            Assert.True(YWebSocketDecoder.TryDecode(message, 0, decoded, out var error), error.Message);
            attachment.Receive(decoded);
            world.Run();
        }
    }

    public void DeliverToClient()
    {
        if (!toClient.TryDequeue(out var frame))
        {
            return;
        }

        var length = frame.Span[1] & 0x7F;
        var reader = new Lib0Reader(frame.Span[(length == 126 ? 4 : length == 127 ? 10 : 2)..]);
        if (reader.ReadVarUint() == 1)
        {
            var update = reader.ReadVarBytes().ToArray();
            Assert.True(AwarenessUpdate.TryDecode(update, 1000, out var entries, out var error), error.Message);
            awareness.Apply(entries, this);
        }
        else if (reader.ReadVarUint() == 0)
        {
            toNode.Enqueue(Messages.Step2([0, 0]));
        }
    }

    /// <summary>The client closes it: what it has sent arrives before.</summary>
    public void Close()
    {
        Forget();
        while (toNode.Count > 0)
        {
            DeliverToNode();
        }

        Leave(clean: true);
    }

    /// <summary>It breaks, and the client notices; the node does when <see cref="Leave"/> is called.</summary>
    public void Break()
    {
        Forget();
        toNode.Clear();
    }

    public void Leave(bool clean)
    {
        attachment.Leave(clean);
        world.Run();
    }

    bool ISessionConnection.Send(ReadOnlyMemory<byte>[] frames)
    {
        foreach (var frame in frames)
        {
            toClient.Enqueue(frame);
        }

        return true;
    }

    void ISessionConnection.Settled(long bytes)
    {
    }

    bool ISessionConnection.TryHold(long bytes) => true;

    void ISessionConnection.TakeUp()
    {
    }

    void ISessionConnection.Close(RefusalReason reason) => Closed ??= reason;

    private void Forget()
    {
        awareness.Updated -= OnUpdated;
        awareness.RemoveOthers(this);
        toClient.Clear();
    }

    private void OnUpdated(IReadOnlyList<ulong> clients, object? origin) => Say(clients);

    private void Say(IEnumerable<ulong> clients)
    {
        using var writer = new Lib0Writer();
        writer.WriteVarUint(1);
        writer.WriteVarBytes(AwarenessUpdate.Encode(awareness.Entries(clients)));
        toNode.Enqueue(writer.ToArray());
    }
}
