using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Relay.Doubles;
using Relay.Sessions;
using static Relay.Peers.PeerSamples;

namespace Relay.Peers;

public sealed class PeerClientTests : IDisposable
{
    private static readonly PeerOptions Options = new() { MaxBytes = 1 << 20 };
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ManualTime time = new();
    private readonly PeerClient client;

    public PeerClientTests() =>
        client = new PeerClient("127.0.0.1:1", Secret, Options, time, _ => 0, NullLogger<PeerClient>.Instance);

    public void Dispose() => client.Dispose();

    [Fact]
    public async Task A_holder_is_asked_with_a_proof_for_it_and_its_state_is_the_answer()
    {
        await using var peer = Holder(State());
        AssertEqual(State(), await AskAsync(peer.Address));
        var question = await peer.Asked;
        Assert.StartsWith($"GET {StatePath} HTTP/1.1\r\n", question, StringComparison.Ordinal);
        Assert.Equal(PeerProofOutcome.Valid,
            PeerProof.Check(RawPeer.ProofIn(question), Secret, "GET", StatePath, peer.Address,
                time.GetUtcNow(), out _, out _));
        Assert.DoesNotContain("0123456789", question, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_peer_to_ask_is_no_answer_and_a_node_never_asks_itself()
    {
        Assert.Null(await AskAsync());
        await using var self = RawPeer.Silent();
        using var itself = new PeerClient(self.Address, Secret, Options, time, _ => 0, NullLogger<PeerClient>.Instance);
        Assert.Null(
            await itself.AskAsync(Name, [self.Address, self.Address], CancellationToken.None).AsTask()
            .WaitAsync(Patience));
        Assert.Equal(0, self.Questions);
    }

    [Theory]
    [InlineData("404 Not Found")]
    [InlineData("503 Service Unavailable")]
    [InlineData("500 Internal Server Error")]
    [InlineData("302 Found\r\nLocation: http://127.0.0.1:9/")]
    public async Task Who_has_nothing_makes_room_for_the_next_at_once(string status)
    {
        await using var first = RawPeer.WithStatus(status);
        await using var second = Holder(State());

        // Time stands still: no peer is waited for.
        AssertEqual(State(), await AskAsync(first.Address, second.Address));
        Assert.Equal(1, first.Questions);
    }

    [Fact]
    public async Task Who_refuses_a_proof_is_asked_once_more_with_another_one()
    {
        var proofs = new ConcurrentBag<string>();
        await using var first = new RawPeer((stream, question, cancellation) =>
        {
            proofs.Add(RawPeer.ProofIn(question));
            return RawPeer.SendAsync(
                stream, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", cancellation);
        });
        await using var second = Holder(State());
        AssertEqual(State(), await AskAsync(first.Address, second.Address));
        Assert.Equal(2, first.Questions);
        Assert.Equal(2, proofs.Distinct().Count());
    }

    [Fact]
    public async Task Addresses_without_a_node_make_room_for_the_next_at_once()
    {
        await using var holder = Holder(State());
        AssertEqual(State(),
            await AskAsync(NobodyAt(), "no address", "relay.example:80", "127.0.0.1:0", "127.0.0.1:80/x",
                holder.Address));
        Assert.Null(await AskAsync(NobodyAt()));
    }

    [Fact]
    public async Task The_next_one_is_asked_when_the_first_is_silent_and_the_first_is_then_let_go()
    {
        await using var silent = RawPeer.Silent();
        await using var holder = Holder(State());
        var asking = AskAsync(silent.Address, holder.Address);
        await silent.Asked;
        await time.IsSetAsync(Options.NextAfter);
        Assert.Equal(0, holder.Questions);
        time.Advance(Options.NextAfter);
        AssertEqual(State(), await asking);
        await silent.Gone;
    }

    [Fact]
    public async Task The_first_one_may_still_answer_while_the_next_one_is_silent()
    {
        var speak = new TaskCompletionSource();
        await using var slow = Holder(State(), speak.Task);
        await using var silent = RawPeer.Silent();
        var asking = AskAsync(slow.Address, silent.Address);
        await slow.Asked;
        await time.PassAsync(Options.NextAfter);
        await silent.Asked;
        speak.SetResult();
        AssertEqual(State(), await asking);
        await silent.Gone;
    }

    [Fact]
    public async Task None_is_asked_twice()
    {
        await using var first = RawPeer.WithStatus("503 Service Unavailable");
        await using var second = RawPeer.WithStatus("404 Not Found");
        Assert.Null(await AskAsync(first.Address, second.Address, first.Address, second.Address));
        Assert.Equal((1, 1), (first.Questions, second.Questions));
    }

    [Fact]
    public async Task When_no_peer_answers_the_deadline_ends_the_questions()
    {
        await using var first = RawPeer.Silent();
        await using var second = RawPeer.Silent();
        var asking = AskAsync(first.Address, second.Address);
        await time.IsSetAsync(Options.Deadline);
        await time.PassAsync(Options.NextAfter);
        await Task.WhenAll(first.Asked, second.Asked);
        time.Advance(Options.Deadline - Options.NextAfter);
        Assert.Null(await asking);
        await Task.WhenAll(first.Gone, second.Gone);
    }

    [Fact]
    public async Task Who_no_longer_wants_to_know_is_told_so_and_the_holder_is_let_go()
    {
        await using var silent = RawPeer.Silent();
        using var cancellation = new CancellationTokenSource();
        var asking = client.AskAsync(Name, [silent.Address], cancellation.Token).AsTask();
        await silent.Asked;
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking.WaitAsync(Patience));
        await silent.Gone;
    }

    [Fact]
    public async Task Strangers_who_answer_are_no_holders()
    {
        await using var page = RawPeer.WithBody(
            Encoding.ASCII.GetBytes("<!doctype html><p>It works!</p>" + new string(' ', 200)));
        await using var nothing = RawPeer.WithBody([]);
        await using var repeated = RawPeer.WithBody(await WrittenAsync(State(), "the proof of a question before"));
        await using var noHttp = new RawPeer(
            (stream, _, cancellation) => RawPeer.SendAsync(stream, "220 mail.example ESMTP\r\n", cancellation));
        await using var closing = new RawPeer((_, _, _) => Task.CompletedTask);
        await using var holder = Holder(State());
        AssertEqual(State(),
            await AskAsync(page.Address, nothing.Address, repeated.Address, noHttp.Address, closing.Address,
                holder.Address));
    }

    [Fact]
    public async Task An_answer_that_is_cut_is_none()
    {
        await using var cutting = new RawPeer(async (stream, question, cancellation) =>
        {
            var bytes = await WrittenAsync(State(100_000), RawPeer.ProofIn(question));
            await RawPeer.SendAsync(stream, $"HTTP/1.1 200 OK\r\nContent-Length: {bytes.Length}\r\n\r\n", cancellation);
            await stream.WriteAsync(bytes.AsMemory(0, 60_000), cancellation);
        });
        await using var cleanlyCut = new RawPeer(async (stream, question, cancellation) =>
        {
            var bytes = (await WrittenAsync(State(100_000), RawPeer.ProofIn(question)))[..60_000];
            await RawPeer.SendAsync(stream, $"HTTP/1.1 200 OK\r\nContent-Length: {bytes.Length}\r\n\r\n", cancellation);
            await stream.WriteAsync(bytes, cancellation);
        });
        Assert.Null(await AskAsync(cutting.Address, cleanlyCut.Address));
    }

    [Fact]
    public async Task An_answer_without_end_is_left_at_its_header()
    {
        await using var endless = new RawPeer(async (stream, _, cancellation) =>
        {
            await RawPeer.SendAsync(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", cancellation);
            await stream.WriteAsync(
                (await WrittenAsync(State(Convert.ToInt32(Options.MaxBytes))))[..PeerStateHeader.FixedBytes],
                cancellation);
            while (true)
            {
                await stream.WriteAsync(new byte[4096], cancellation);
            }
        });
        Assert.Null(await AskAsync(endless.Address));
    }

    [Fact]
    public async Task Headers_without_end_are_no_answer()
    {
        await using var endless = new RawPeer(async (stream, _, cancellation) =>
        {
            await RawPeer.SendAsync(stream, "HTTP/1.1 200 OK\r\n", cancellation);
            while (true)
            {
                await RawPeer.SendAsync(stream, $"X: {new string('x', 4000)}\r\n", cancellation);
            }
        });
        Assert.Null(await AskAsync(endless.Address));
    }

    private Task<PeerState?> AskAsync(params string[] holders) =>
        client.AskAsync(Name, holders, CancellationToken.None).AsTask().WaitAsync(Patience);

    /// <summary>Answers as a node of ours, when it may.</summary>
    private static RawPeer Holder(PeerState state, Task? when = null) => new(async (stream, question, cancellation) =>
    {
        await (when ?? Task.CompletedTask).WaitAsync(cancellation);
        var bytes = await WrittenAsync(state, RawPeer.ProofIn(question));
        await RawPeer.SendAsync(stream,
            $"HTTP/1.1 200 OK\r\nContent-Length: {bytes.Length}\r\nConnection: close\r\n\r\n", cancellation);
        await stream.WriteAsync(bytes, cancellation);
    });

    /// <summary>An address at which no process listens.</summary>
    private static string NobodyAt()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener.LocalEndpoint.ToString()!;
    }
}
