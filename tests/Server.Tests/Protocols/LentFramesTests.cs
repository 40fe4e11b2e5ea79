using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Abstractions;
using Relay.Access;
using Relay.Connections;
using Relay.Doubles;
using Relay.Protocols.YWebSocket;
using Relay.Sessions;
using Relay.Sockets.Backpressure;
using Relay.Sockets.WebSockets;

namespace Relay.Protocols;

/// <summary>
/// Large messages of which a node keeps nothing cost it no new memory, and what it keeps of others is not overwritten
/// by those that come later.
/// </summary>
public sealed class LentFramesTests : IDisposable
{
    private const int Size = 600_000;

    /// <summary>From so many bytes on, .NET collects an object with the whole heap only.</summary>
    private const int LargeObject = 85_000;

    private static readonly byte[] Address = Convert.FromHexString(HocuspocusClient.Text("doc"));

    private static readonly byte[] Whole = Messages.Typed(1, 0, new string('x', Size));

    private readonly World world = new();
    private readonly BufferBudget budget;
    private readonly List<TestLine> lines = [];

    public LentFramesTests() => budget = new BufferBudget(1L << 30, world.Time);

    public static TheoryData<string, string> Dropped => new MatrixTheoryData<string, string>(
        ["y-websocket", "Hocuspocus"],
        ["update", "answer", "presence that is too large", "presence that does not read"]);

    public void Dispose()
    {
        lines.ForEach(line => line.End());
        world.Run();
        world.Dispose();
    }

    [Theory]
    [MemberData(nameof(Dropped))]
    public void A_large_message_that_is_dropped_is_no_new_large_object(string protocol, string kind)
    {
        var message = kind switch
        {
            "update" => Messages.Update(Whole),
            "answer" => Messages.Step2(Whole),
            "presence that is too large" => Messages.Presence((7, 1, $"\"{new string('x', Size)}\"")),
            _ => Messages.Presence((7, 1, new string('{', Size))),
        };
        var isHocuspocus = protocol == "Hocuspocus";
        var line = isHocuspocus ? OpenHocuspocus("read") : OpenYWebSocket(AccessLevel.Read);
        var frame = Frame(isHocuspocus ? [.. Address, .. message] : message);
        for (var i = 0; i < 8; i++)
        {
            line.Say(frame);
            var before = GC.GetAllocatedBytesForCurrentThread();
            world.Run();
            var taken = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(i < 2 || taken < LargeObject, $"{taken} bytes for message {i}");
        }

        Assert.Equal(0, line.Unread);
        Assert.Empty(world.Backplane.Appends);
        Assert.InRange(budget.Arrays.IdleBytes, Size, 3 * Size);
    }

    [Fact]
    public void Updates_that_are_kept_are_not_overwritten()
    {
        var a = Messages.Typed(1, 0, new string('a', Size));
        var b = Messages.Typed(2, 0, new string('b', Size));
        var c = Messages.Typed(3, 0, new string('c', Size / 2));
        var d = Messages.Typed(4, 0, new string('d', Size / 3));
        var (reader, writer, provider) =
            (OpenYWebSocket(AccessLevel.Read), OpenYWebSocket(AccessLevel.Write), OpenHocuspocus("write"));
        Say(writer, Messages.Update(a));
        Say(reader, Messages.Update(Whole));
        Say(provider, [.. Address, .. Messages.Update(b)]);
        Say(reader, Messages.Step2(Whole));

        // Several messages in one frame, of which the node keeps two.
        Say(writer, [.. Messages.Update(c), .. Messages.Presence((7, 1, "{}")), .. Messages.Step2(d)]);
        Say(reader, [.. Messages.Update(Whole[..(Size / 2)]), .. Messages.QueryPresence(), .. Messages.Update(Whole)]);
        Say(reader, Messages.Update(Whole));
        Assert.Equal(World.StateOf(a, b, c, d), world.Stored());
        Assert.Equal(0, budget.Used);
    }

    [Fact]
    public void Presence_that_is_kept_is_not_overwritten()
    {
        var state = $"\"{new string('p', 40_000)}\"";
        var (reader, writer) = (OpenYWebSocket(AccessLevel.Read), OpenYWebSocket(AccessLevel.Write));
        Say(writer, Messages.Presence((7, 1, state), (8, 1, state)));
        Assert.True(budget.Arrays.IdleBytes > 0, "The frame was given back.");
        Say(reader, Messages.Update(Whole[..90_000]));

        var late = OpenYWebSocket(AccessLevel.Read);
        var entries = Messages.Presence((7, 1, state), (8, 1, state)).AsSpan(1);
        Assert.True(CollectionsMarshal.AsSpan(late.Taken).IndexOf(entries) >= 0, "It is sent to who comes later.");
    }

    private TestLine OpenYWebSocket(AccessLevel access)
    {
        var line = new TestLine();
        var limits = ConnectionDefaults.Value;
        var socket = new ClientSocket(
            line,
            limits.MaxMessageBytes,
            budget,
            YWebSocketFormat.Instance.Silence,
            new SocketTicks(SocketTimes.Default, world.Time),
            World.Unwatched.Sockets,
            CloseReason.OfSockets,
            () => { });
        var grant = new Grant(_ => access) { Expires = DateTimeOffset.MaxValue };
        var connection = new YWebSocketConnection(
            socket, World.Name, grant, world.Sessions, limits, null, world.Time, NullLogger.Instance);
        _ = connection.RunAsync();
        lines.Add(line);
        Say(line, Messages.Step1());
        Say(line, Messages.Step2([0, 0]));
        return line;
    }

    private TestLine OpenHocuspocus(string token)
    {
        var client = new HocuspocusClient(world, new TestVerifier(world.Time), budget: budget);
        client.Open("doc", token);
        lines.Add(client.Line);
        return client.Line;
    }

    private void Say(TestLine line, byte[] message)
    {
        line.Say(Frame(message));
        world.Run();
    }

    /// <summary>A client's frame, masked with zeros.</summary>
    private static byte[] Frame(byte[] message)
    {
        byte[] header = message.Length < 126
            ? [0x82, (byte)(0x80 | message.Length)]
            : [0x82, 0x80 | 127, .. new byte[8]];
        if (header.Length > 2)
        {
            BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(2), (ulong)message.Length);
        }

        return [.. header, 0, 0, 0, 0, .. message];
    }
}
