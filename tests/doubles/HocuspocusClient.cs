using System.Buffers.Binary;
using System.Net;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Relay.Access;
using Relay.Connections;
using Relay.Protocols.Hocuspocus;
using Relay.Sockets.Backpressure;
using Relay.Sockets.WebSockets;
using Relay.Yjs;

namespace Relay.Doubles;

/// <summary>
/// A Hocuspocus client that speaks in hexadecimal, on a line in memory, single-threaded with the world that it is in.
/// </summary>
internal sealed class HocuspocusClient
{
    private static readonly HocuspocusFormats Formats = new();

    private readonly World world;
    private readonly TestLine line = new();
    private readonly List<string> got = [];
    private int parsed;
    private int taken;
    private int? closeCode;

    public HocuspocusClient(
        World world,
        ITokenVerifier? tokens = null,
        ConnectionLimits? limits = null,
        int node = 0,
        SocketTimes? times = null,
        BufferBudget? budget = null,
        UnadmittedBudget? unadmitted = null,
        Func<bool>? tryAdmit = null,
        UserPlaces? users = null,
        ForgedTokens? forged = null,
        IPAddress? address = null)
    {
        this.world = world;
        limits ??= ConnectionDefaults.Value with { MaxMessageBytes = 16 << 20, MaxWaitingBytes = 4 << 20 };
        var ticks = new SocketTicks(times ?? SocketTimes.Default, world.Time);
        budget ??= new BufferBudget(1L << 30, world.Time);
        var client = new ClientSocket(
            line,
            limits.MaxMessageBytes,
            budget,
            HocuspocusFormat.Silence,
            ticks,
            World.Unwatched.Sockets,
            CloseReason.OfSockets,
            () => { })
        {
            RemoteAddress = address,
        };
        var services = new HocuspocusServices(
            world.Node(node),
            new ClientTokens(tokens ?? new OpenAccess(), forged ?? new ForgedTokens(world.Time)),
            users ?? new UserPlaces(int.MaxValue),
            Formats,
            limits,
            unadmitted ?? new UnadmittedBudget(budget),
            world.Time,
            NullLogger.Instance);
        Socket = new HocuspocusSocket(client, services, tryAdmit ?? (() => true));
        Running = Socket.RunAsync();
    }

    public HocuspocusSocket Socket { get; }

    public Task Running { get; }

    public TestLine Line => line;

    public int Pings { get; private set; }

    /// <summary>The code with which the node closed the socket.</summary>
    public int? CloseCode
    {
        get
        {
            Parse();
            return closeCode;
        }
    }

    /// <summary>All messages so far, in hexadecimal.</summary>
    public IReadOnlyList<string> Got
    {
        get
        {
            Parse();
            return got;
        }
    }

    /// <summary>The messages since the last call.</summary>
    public string[] Take()
    {
        var fresh = Got.Skip(taken).ToArray();
        taken += fresh.Length;
        return fresh;
    }

    /// <summary>Frames that reach the node together.</summary>
    public void Say(params string[] frames)
    {
        foreach (var frame in frames)
        {
            line.Say(Framed(frame));
        }

        world.Run();
    }

    /// <summary>One frame, which the line takes in slices.</summary>
    public void SaySlowly(string frame, int slices, Action between)
    {
        foreach (var slice in Framed(frame).Chunk((frame.Length / 2 / slices) + 1))
        {
            line.Say(slice);
            world.Run();
            between();
        }
    }

    /// <summary>
    /// Opens a document as a provider of version 4 does: the token first, and at once the question for what there is.
    /// </summary>
    public string[] Open(string address, string token = "write")
    {
        Say(Token(address, token), Message(address, "000001" + "00"));
        return Take();
    }

    public void Pong()
    {
        line.Say([0x8A, 0x80, 0, 0, 0, 0]);
        world.Run();
    }

    public void GoOn()
    {
        line.GoOn();
        world.Run();
    }

    public void Leave()
    {
        line.End();
        world.Run();
    }

    /// <summary>The document as these messages say it is.</summary>
    public byte[] DocumentAt(string address)
    {
        var document = new YDocument();
        foreach (var update in UpdatesAt(address, Got))
        {
            Assert.True(document.TryApply(update, out _, out var error), error.Message);
        }

        return document.EncodeState();
    }

    /// <summary>The updates of a document among messages, those in SyncSteps2 as well.</summary>
    public static List<byte[]> UpdatesAt(string address, IEnumerable<string> messages)
    {
        var updates = new List<byte[]>();
        foreach (var message in messages)
        {
            var reader = new Lib0Reader(Convert.FromHexString(message));
            if (Encoding.UTF8.GetString(reader.ReadVarString()) == address
                && reader.ReadVarUint() == 0
                && reader.ReadVarUint() is 1 or 2)
            {
                updates.Add(reader.ReadVarBytes().ToArray());
            }
        }

        return updates;
    }

    public static string Message(string address, string rest) => Text(address) + rest;

    public static string Token(string address, string token, string? version = "4.8.0") =>
        Text(address) + "0200" + Text(token) + (version is null ? "" : Text(version));

    public static string Update(string address, byte[] update) => Sync(address, 2, update);

    public static string Step2(string address, byte[] update) => Sync(address, 1, update);

    public static string Text(string text) => Bytes(Encoding.UTF8.GetBytes(text));

    public static string Bytes(byte[] bytes)
    {
        using var writer = new Lib0Writer();
        writer.WriteVarBytes(bytes);
        return Convert.ToHexStringLower(writer.WrittenSpan);
    }

    private static string Sync(string address, int step, byte[] update) => Text(address) + "000" + step + Bytes(update);

    /// <summary>A client's frame, masked with zeros.</summary>
    private static byte[] Framed(string frame)
    {
        var payload = Convert.FromHexString(frame);
        byte[] header = payload.Length < 126
            ? [0x82, (byte)(0x80 | payload.Length)]
            : payload.Length <= ushort.MaxValue ? [0x82, 0x80 | 126, 0, 0] : [0x82, 0x80 | 127, 0, 0, 0, 0, 0, 0, 0, 0];
        if (header.Length == 4)
        {
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)payload.Length);
        }
        else if (header.Length == 10)
        {
            BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(2), (ulong)payload.Length);
        }

        return [.. header, 0, 0, 0, 0, .. payload];
    }

    private void Parse()
    {
        var bytes = line.Taken.ToArray();
        while (parsed < bytes.Length)
        {
            var length = bytes[parsed + 1] switch
            {
                126 => BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(parsed + 2)),
                127 => (int)BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(parsed + 2)),
                var small => small,
            };
            var start = parsed + WebSocketFrame.HeaderSize(length);
            switch (bytes[parsed] & 0xF)
            {
                case 0x8:
                    closeCode = BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(start));
                    break;
                case 0x9:
                    Pings++;
                    break;
                default:
                    got.Add(Convert.ToHexStringLower(bytes.AsSpan(start, length)));
                    break;
            }

            parsed = start + length;
        }
    }
}
