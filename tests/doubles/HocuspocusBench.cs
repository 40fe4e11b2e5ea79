using Microsoft.Extensions.Logging.Abstractions;
using Relay.Access;
using Relay.Connections;
using Relay.Protocols.Hocuspocus;
using Relay.Sockets.Backpressure;
using Relay.Sockets.WebSockets;

namespace Relay.Doubles;

/// <summary>The parts of a Hocuspocus socket, on a line in memory from which no frame is read.</summary>
internal sealed class HocuspocusBench : IDisposable
{
    private readonly SocketBench bench = new();
    private readonly World world = new();
    private readonly SocketTicks ticks;

    public HocuspocusBench(int maxBufferedBytes = 1 << 30, UserPlaces? users = null)
    {
        var budget = new BufferBudget(maxBufferedBytes, world.Time);
        ticks = new SocketTicks(SocketTimes.Default, world.Time);
        Socket = new ClientSocket(
            Line, 1 << 20, budget, HocuspocusFormat.Silence, ticks, World.Unwatched.Sockets, CloseReason.OfSockets,
            () => { });
        Services = new HocuspocusServices(
            world.Sessions,
            new ClientTokens(new TestVerifier(world.Time), new ForgedTokens(world.Time)),
            users ?? new UserPlaces(int.MaxValue),
            new HocuspocusFormats(),
            ConnectionDefaults.Value with { MaxMessageBytes = 1 << 20, MaxDocuments = 3 },
            new UnadmittedBudget(budget),
            world.Time,
            NullLogger.Instance);
        Admission = new SocketAdmission(Socket, Services.Limits, Services.Unadmitted, () => HasPlace);
        Turns = new SocketTurns(Socket, Admission, Services.Unadmitted);
        Absent = new AbsentDocuments(
            Services.Limits.MaxDocuments, Services.Unadmitted, world.Time, (address, step) => Due.Add((address, step)));
        Documents = new SocketDocuments(Services, Socket, Turns, Absent, Admission.Credit);
        Answers = new AbsentAnswers(Documents, Absent, NullLogger.Instance);
        Opening = new DocumentOpening(Services, Documents, Admission, Absent, Answers);
        Intake = new FrameIntake(Services, Documents, Admission, Absent, Answers, Opening);
    }

    public ManualTime Time => world.Time;

    public TestLine Line => bench.Line;

    public ClientSocket Socket { get; }

    public HocuspocusServices Services { get; }

    public SocketAdmission Admission { get; }

    public SocketTurns Turns { get; }

    public AbsentDocuments Absent { get; }

    public SocketDocuments Documents { get; }

    public AbsentAnswers Answers { get; }

    public DocumentOpening Opening { get; }

    public FrameIntake Intake { get; }

    /// <summary>Whether the node has a place for the socket.</summary>
    public bool HasPlace { get; set; } = true;

    /// <summary>What was due of absent documents.</summary>
    public List<(string Address, AbsentStep Step)> Due { get; } = [];

    /// <summary>An open document that no session knows.</summary>
    public HocuspocusChannel Add(string address, string? user = null)
    {
        Assert.True(HocuspocusAddress.TryParse(address, out var parsed, out _));
        var grant = new Grant(_ => Sessions.AccessLevel.Write) { UserId = user };
        var channel = Documents.TryAdd(address, parsed, grant, out _);
        Assert.NotNull(channel);
        return channel;
    }

    /// <summary>
    /// What the client has taken since the last call: binary frames in hexadecimal, and a close code.
    /// </summary>
    public List<string> Take()
    {
        world.Run();
        var (bytes, taken) = (Line.Taken.ToArray(), new List<string>());
        Line.Taken.Clear();
        for (var at = 0; at < bytes.Length;)
        {
            var length = bytes[at + 1];
            Assert.True(length < 126);
            var payload = bytes.AsSpan(at + 2, length);
            taken.Add(bytes[at] == 0x88 ? $"{(payload[0] << 8) + payload[1]}" : Convert.ToHexStringLower(payload));
            at += 2 + length;
        }

        return taken;
    }

    /// <summary>The client reads again.</summary>
    public void GoOn()
    {
        Line.GoOn();
        world.Run();
    }

    public void Advance(TimeSpan by) => world.Advance(by.TotalSeconds);

    public void Dispose()
    {
        Absent.Dispose();
        Turns.Dispose();
        ticks.Dispose();
        world.Dispose();
        bench.Dispose();
    }
}
