using System.Net;
using Relay.Doubles;
using Relay.Protocols.YWebSocket;
using Relay.Sessions;
using Relay.Yjs;
using static Relay.Doubles.HocuspocusClient;
using static Relay.Protocols.Hocuspocus.SampleFrames;

namespace Relay.Protocols.Hocuspocus;

/// <summary>A document is closed by one thread and opened again by another.</summary>
public sealed class HocuspocusClosingTests
{
    [Fact]
    public void A_document_that_is_opened_again_while_it_is_closed_is_open_in_the_end()
    {
        using var world = new World();
        var client = new HocuspocusClient(world, new TestVerifier(world.Time));
        client.Open("d", "write+30");
        var watcher = new Watcher();
        world.Node(0).Place(DocumentName.Create("d"), watcher, AccessLevel.Write, null).Join();
        world.Run();
        client.Say(Message("d", "01" + Bytes(Messages.PresenceUpdate((9, 1, "{}")))));
        client.Take();

        // The watcher hears of the closing while it is under way: the client's presence is gone.
        watcher.Sent = () => client.Say(Token("d", "write"));
        world.Advance(31);
        var closed = "016407" + Text(HocuspocusChannel.TokenEnded);
        var said = new List<string>();

        // What waits for its turn is sent on another thread.
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                world.Run();
                said.AddRange(client.Take().Where(message => message == Opened || message == closed));
                return said.Count == 2;
            },
            TimeSpan.FromSeconds(60)));
        Assert.Equal([closed, Opened], said);
        client.Say(UpdateA);
        Assert.True(SpinWait.SpinUntil(() => client.Take().Contains("01640801"), TimeSpan.FromSeconds(60)));
    }

    private sealed class Watcher : ISessionConnection
    {
        public Action? Sent { get; set; }

        public FrameFormat Format => YWebSocketFormat.Instance;

        public IPAddress? RemoteAddress => null;

        public bool IsStamped => false;

        public bool MayHaveMore => false;

        public bool Send(ReadOnlyMemory<byte>[] frames)
        {
            var sent = Sent;
            Sent = null;
            sent?.Invoke();
            return true;
        }

        public void Settled(long bytes)
        {
        }

        public bool TryHold(long bytes) => true;

        public void TakeUp()
        {
        }

        public void Close(RefusalReason reason)
        {
        }
    }
}
