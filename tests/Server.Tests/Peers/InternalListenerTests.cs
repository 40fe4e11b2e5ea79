using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Relay.Node;
using Relay.Sessions;
using Relay.Yjs;
using static Relay.Doubles.Messages;
using static Relay.Peers.PeerSamples;

namespace Relay.Peers;

public sealed class InternalListenerTests : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly string address = FreeAddress();

    public void Dispose() => http.Dispose();

    [Fact]
    public async Task A_node_asks_another_one_for_a_document_that_it_holds()
    {
        foreach (var bytes in (int[])[3, 500_000])
        {
            var here = FreeAddress();
            using var listener = await StartAsync(here, (_, reader) =>
            {
                reader(State(bytes));
                return true;
            });
            using var client = Client();
            AssertEqual(State(bytes),
                await client.AskAsync(DocumentName.Create("a/b ..%"), [here], CancellationToken.None));
            await listener.StopAsync(CancellationToken.None).WaitAsync(TestNode.Patience);
        }
    }

    [Fact]
    public async Task Who_only_wants_to_know_who_is_there_is_not_sent_the_document()
    {
        var presence = PresenceUpdate((7, 1, "{}"));
        using var listener = await StartAsync(address,
            (_, _) => throw new InvalidOperationException("No request asked for the document."), (document, reader) =>
        {
            reader(document.Value == "loading" ? null : presence);
            return document.Value != "elsewhere";
        });
        using var client = Client();
        var answer = await client.AskPresenceAsync(DocumentName.Create("a/b ..%"), [address], CancellationToken.None);
        Assert.Equal(presence, answer!.Value.ToArray());
        Assert.Null(await client.AskPresenceAsync(DocumentName.Create("loading"), [address], CancellationToken.None));
        Assert.Null(await client.AskPresenceAsync(DocumentName.Create("elsewhere"), [address], CancellationToken.None));
        await listener.StopAsync(CancellationToken.None).WaitAsync(TestNode.Patience);
    }

    [Theory]
    [InlineData("OPTIONS")]
    [InlineData("GET")]
    public async Task No_page_of_any_origin_may_read_what_it_answers(string method)
    {
        using var listener = await StartAsync(address, (_, _) => throw new InvalidOperationException("Not allowed."));
        var path = new Uri($"http://{address}/internal/documents/doc/state");
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Add("Origin", "https://app.example");
        request.Headers.Add("Access-Control-Request-Method", "GET");
        using var answer = await http.SendAsync(request).WaitAsync(TestNode.Patience);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.DoesNotContain(answer.Headers, one => one.Key.StartsWith("Access-Control", StringComparison.Ordinal));
        await listener.StopAsync(CancellationToken.None).WaitAsync(TestNode.Patience);
    }

    [Fact]
    public async Task The_answer_stands_in_the_trace_of_the_node_that_asks()
    {
        var name = DocumentName.Create(Guid.NewGuid().ToString());
        var ended = new ConcurrentQueue<Activity>();
        using var spans = new ActivityListener
        {
            ShouldListenTo = source => source.Name == DocumentTraces.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(spans);
        using var listener = await StartAsync(address, (_, reader) =>
        {
            reader(State(3));
            return true;
        });
        using var client = Client();
        await DocumentTraces.TraceAsync("load", name, _ => client.AskAsync(name, [address], CancellationToken.None));
        await listener.StopAsync(CancellationToken.None).WaitAsync(TestNode.Patience);
        var ofThis = ended.Where(span => Equals(span.GetTagItem("relay.document"), name.Value))
            .ToDictionary(span => span.OperationName);
        Assert.Equal(ofThis["load"].TraceId, ofThis["document.share"].TraceId);
    }

    [Fact]
    public async Task What_a_node_does_not_hold_or_has_not_loaded_is_said_at_once()
    {
        using var listener = await StartAsync(address, (name, reader) =>
        {
            reader(null);
            return name.Value == "loading";
        });
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync("/internal/documents/absent/state"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync("/internal/documents/loading/state"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync("/internal/documents/loading/other"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync("/health/live"));
        await listener.StopAsync(CancellationToken.None).WaitAsync(TestNode.Patience);
    }

    [Fact]
    public async Task Without_a_valid_proof_nothing_is_told()
    {
        var calls = 0;
        using var listener = await StartAsync(address, (_, _) =>
        {
            calls++;
            return false;
        });
        var now = DateTimeOffset.UtcNow;
        string?[] proofs =
        [
            null,
            "Bearer x",
            Proof(new PeerSecret("wrong"), StatePath, address, now),
            Proof(Secret, StatePath, "127.0.0.1:9", now),
            Proof(Secret, "/internal/documents/other/state", address, now),
            Proof(Secret, StatePath, address, now - TimeSpan.FromSeconds(31)),
            Proof(Secret, StatePath, address, now + TimeSpan.FromSeconds(40)),
        ];
        foreach (var proof in proofs)
        {
            using var answer = await SendAsync(StatePath, proof);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
        }

        foreach (var path in (string[])["/", "/health/live", "/internal/documents/absent/state"])
        {
            using var answer = await SendAsync(path, null);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }

        Assert.Equal(0, calls);
        await listener.StopAsync(CancellationToken.None).WaitAsync(TestNode.Patience);
    }

    [Fact]
    public async Task A_proof_opens_once_what_was_recorded_is_refused()
    {
        using var listener = await StartAsync(address, (_, reader) =>
        {
            reader(State(3));
            return true;
        });
        var proof = Proof(Secret, StatePath, address, DateTimeOffset.UtcNow);
        using var first = await SendAsync(StatePath, proof);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        using var again = await SendAsync(StatePath, proof);
        Assert.Equal(HttpStatusCode.Unauthorized, again.StatusCode);
        Assert.Empty(await again.Content.ReadAsByteArrayAsync());
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(StatePath));

        // A process at the same address may have answered it before this one.
        using var before = await SendAsync(
            StatePath, Proof(Secret, StatePath, address, DateTimeOffset.UtcNow - TimeSpan.FromSeconds(20)));
        Assert.Equal(HttpStatusCode.Unauthorized, before.StatusCode);
        await listener.StopAsync(CancellationToken.None).WaitAsync(TestNode.Patience);
    }

    [Fact]
    public async Task Two_listeners_at_one_port_are_refused_with_a_sentence()
    {
        using var listener = await StartAsync(address, (_, _) => false);
        var refused = await Assert.ThrowsAsync<InternalListenerException>(() => StartAsync(address, (_, _) => false));
        Assert.Contains("Relay:Internal:Port", refused.Message, StringComparison.Ordinal);
        await listener.StopAsync(CancellationToken.None).WaitAsync(TestNode.Patience);
    }

    [Fact]
    public async Task A_whole_node_shares_its_documents_there_and_only_there()
    {
        await using var node = await TestNode.StartAsync(settings: $"Internal:Port={IPEndPoint.Parse(address).Port}");
        using var socket = await node.ConnectAsync();
        await socket.SendAsync(Update(Typed(1, 0, "a")));
        await socket.UntilAsync(0, 2);
        using var client = new PeerClient("elsewhere", PeerSecret.Development, new PeerOptions(), TimeProvider.System,
            _ => 0, NullLogger<PeerClient>.Instance);
        var state = await client.AskAsync(Name, [address], CancellationToken.None);
        Assert.NotNull(state);
        Assert.Equal(Typed(1, 0, "a"), state.Document.ToArray());
        Assert.Equal(1, state.Position.Offset);
        Assert.Null(await client.AskAsync(DocumentName.Create("absent"), [address], CancellationToken.None));

        using var atPublic = await node.Http.GetAsync(new Uri(StatePath, UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, atPublic.StatusCode);
        using var atInternal = await SendAsync("/health/live", null);
        Assert.Equal(HttpStatusCode.Unauthorized, atInternal.StatusCode);
    }

    private static string Proof(PeerSecret secret, string path, string target, DateTimeOffset time) =>
        PeerProof.Make(secret, "GET", path, target, time, PeerProof.NewNonce());

    private static PeerClient Client() =>
        new("elsewhere", Secret, new PeerOptions(), TimeProvider.System, _ => 0, NullLogger<PeerClient>.Instance);

    private static async Task<InternalListener> StartAsync(string address,
        Func<DocumentName, Action<PeerState?>, bool> share,
        Func<DocumentName, Action<byte[]?>, bool>? showPresence = null)
    {
        var gate = new PeerGate(address, Secret, TimeProvider.System, NullLogger<PeerGate>.Instance);
        var endpoint = new PeerStateEndpoint(
            share, showPresence ?? ((_, _) => false), gate, Secret, new PeerOptions(), TimeProvider.System);
        var listener = new InternalListener(
            IPEndPoint.Parse(address), endpoint, link: null, NullLoggerFactory.Instance);
        await listener.StartAsync(CancellationToken.None).WaitAsync(TestNode.Patience);
        return listener;
    }

    /// <summary>Below the range of outgoing connections' ports.</summary>
    private static string FreeAddress()
    {
        while (true)
        {
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, Random.Shared.Next(15_000, 30_000));
                listener.Start();
                return listener.LocalEndpoint.ToString()!;
            }
            catch (SocketException)
            {
                // Taken.
            }
        }
    }

    private async Task<HttpStatusCode> StatusAsync(string path)
    {
        using var answer = await SendAsync(path, Proof(Secret, path, address, DateTimeOffset.UtcNow));
        return answer.StatusCode;
    }

    private Task<HttpResponseMessage> SendAsync(string path, string? proof)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://{address}{path}"));
        if (proof is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", proof);
        }

        return http.SendAsync(request).WaitAsync(TestNode.Patience);
    }
}
