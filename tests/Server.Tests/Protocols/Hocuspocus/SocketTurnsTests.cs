using Relay.Doubles;
using Relay.Sessions;

namespace Relay.Protocols.Hocuspocus;

/// <summary>What a socket says, to a client that reads and to one that does not.</summary>
public sealed class SocketTurnsTests : IDisposable
{
    /// <summary>What is held of a client without a token and not charged.</summary>
    private const int FreeBytes = Sockets.Backpressure.UnadmittedCharge.FreeBytes;

    private readonly HocuspocusBench bench = new(maxBufferedBytes: 8 * 10_000);

    private SocketTurns Turns => bench.Turns;

    public void Dispose() => bench.Dispose();

    [Fact]
    public void What_is_said_is_written_in_its_order_also_when_the_client_reads_late()
    {
        Assert.True(Turns.TrySay(Frame(1)));
        bench.Line.Stop();
        Assert.True(Turns.TrySay(Frame(2)));
        Assert.True(Turns.TrySay(Frame(3)));
        Assert.Equal(["01"], bench.Take());
        bench.GoOn();
        Assert.Equal(["02", "03"], bench.Take());
        Assert.True(Turns.TrySay(Frame(4)));
        Assert.Equal(["04"], bench.Take());
    }

    [Fact]
    public void What_the_client_has_not_taken_counts_against_what_it_may_send()
    {
        bench.Line.Stop();
        while (bench.Admission.Credit.WaitAsync(CancellationToken.None).IsCompleted)
        {
            Assert.True(Turns.Reserve(new byte[60_000]) is null or { Frames.Length: 1 });
        }

        Assert.Empty(bench.Take());
    }

    [Fact]
    public void Without_a_token_what_is_not_taken_is_charged_and_refused_where_there_is_no_room()
    {
        bench.Line.Stop();
        var said = 0;
        while (Turns.TrySay(Frame(1)))
        {
            said++;
        }

        Assert.Equal((10_000 + FreeBytes) / (3 + SocketTurns.TurnCost), said);
        Assert.InRange(bench.Services.Unadmitted.Used, 1, 10_000);
        bench.GoOn();
        Assert.Equal(said, bench.Take().Count);
        Assert.Equal(0, bench.Services.Unadmitted.Used);
        Assert.True(Turns.TrySay(Frame(1)));
    }

    [Fact]
    public void With_a_place_on_the_node_what_is_said_is_not_charged()
    {
        Assert.True(bench.Admission.TryAdmit());
        bench.Line.Stop();
        for (var i = 0; i < 1_000; i++)
        {
            Assert.True(Turns.TrySay(Frame(1)));
        }

        Assert.Equal(0, bench.Services.Unadmitted.Used);
    }

    [Fact]
    public void A_place_that_was_taken_under_a_lock_is_kept_until_the_caller_goes_on()
    {
        var turn = Turns.Reserve(Frame(1));
        Assert.NotNull(turn);
        Assert.True(Turns.TrySay(Frame(2)));
        Assert.Empty(bench.Take());

        // The next one is written by another thread.
        Turns.GoOn(turn.Value);
        var taken = new List<string>();
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                taken.AddRange(bench.Take());
                return taken.Count == 2;
            },
            TimeSpan.FromSeconds(60)));
        Assert.Equal(["01", "02"], taken);
    }

    [Fact]
    public void The_batch_of_a_document_that_was_closed_meanwhile_is_not_sent()
    {
        var (a, b) = (bench.Add("a"), bench.Add("b"));
        bench.Line.Stop();
        Assert.True(Turns.TrySay(Frame(1)));
        Assert.False(((ISessionConnection)a).Send([Frame(2)]));
        Assert.False(((ISessionConnection)b).Send([Frame(3)]));
        b.End(clean: true);
        Assert.True(Turns.TrySay(Frame(4)));
        a.End(clean: true);
        bench.GoOn();
        Assert.Equal(["01", "04"], bench.Take());
    }

    private static ReadOnlyMemory<byte> Frame(byte content) => new byte[] { 0x82, 1, content };
}
