using System.Net;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Peers;

/// <summary>Asks the nodes that hold a document for its state or who is there, over HTTP. Thread-safe.</summary>
internal sealed partial class PeerClient : IPeers, IPeerPresence, IDisposable
{
    private readonly string self;
    private readonly PeerSecret secret;
    private readonly PeerOptions options;
    private readonly TimeProvider time;
    private readonly Func<int, int> choose;
    private readonly ILogger<PeerClient> logger;
    private readonly HttpMessageInvoker http;
    private readonly LogPace refusals;

    /// <param name="self">This node's own address, which is never asked.</param>
    /// <param name="secret">What all nodes know.</param>
    /// <param name="options">Times and limits.</param>
    /// <param name="time">The clock of proofs, waits and the deadline.</param>
    /// <param name="choose">Whom to ask first: a number below the one given. By chance, so that many that join do not
    /// all ask the same node.</param>
    /// <param name="logger">The log.</param>
    public PeerClient(string self, PeerSecret secret, PeerOptions options, TimeProvider time, Func<int, int> choose,
        ILogger<PeerClient> logger)
    {
        this.self = self;
        this.secret = secret;
        this.options = options;
        this.time = time;
        this.choose = choose;
        this.logger = logger;
        refusals = new LogPace(time);
        http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = options.ConnectTimeout,
            MaxResponseDrainSize = 0,
            MaxResponseHeadersLength = 16,
            UseCookies = false,
            UseProxy = false,
        });
    }

    public ValueTask<PeerState?> AskAsync(DocumentName document, IReadOnlyList<string> holders,
        CancellationToken cancellation) =>
        AskAsync(document, PeerPath.For(document), holders, cancellation);

    public async ValueTask<ReadOnlyMemory<byte>?> AskPresenceAsync(DocumentName document, IReadOnlyList<string> holders,
        CancellationToken cancellation) =>
        (await AskAsync(document, PeerPath.ForPresence(document), holders, cancellation))?.Awareness;

    public void Dispose() => http.Dispose();

    private async ValueTask<PeerState?> AskAsync(DocumentName document, string path, IReadOnlyList<string> holders,
        CancellationToken cancellation)
    {
        string[] others = [.. holders.Where(holder => holder != self).Distinct(StringComparer.Ordinal)];
        if (others.Length == 0)
        {
            return null;
        }

        using var deadline = new CancellationTokenSource(options.Deadline, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        try
        {
            var first = choose(others.Length);
            return await AskInTurnAsync(document, path, new Queue<string>([.. others[first..], .. others[..first]]),
                over.Token).WaitAsync(over.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            LogNoAnswer(logger, document, others.Length, options.Deadline);
            return null;
        }
        finally
        {
            // Whoever was slower is told not to go on.
            await over.CancelAsync();
        }
    }

    /// <summary>
    /// Never throws, and goes on until everybody was asked and has answered or <paramref name="cancellation"/> ended
    /// the questions.
    /// </summary>
    private async Task<PeerState?> AskInTurnAsync(DocumentName document, string path, Queue<string> holders,
        CancellationToken cancellation)
    {
        var waiting = new List<Task>();
        while (holders.Count + waiting.Count > 0)
        {
            if (holders.TryDequeue(out var holder))
            {
                waiting.Add(AskOneAsync(document, path, holder, cancellation));
            }

            // Who has nothing to give makes room for the next one at once; who is silent, after a while, and may still
            // be the first.
            var ended = await Task.WhenAny(holders.Count > 0
                ? [Task.Delay(options.NextAfter, time, cancellation), .. waiting]
                : waiting);
            if (ended is Task<PeerState?> answer)
            {
                waiting.Remove(answer);
                if (await answer is { } state)
                {
                    return state;
                }
            }
        }

        return null;
    }

    /// <summary>Never throws: whatever goes wrong with a peer is no answer.</summary>
    private async Task<PeerState?> AskOneAsync(DocumentName document, string path, string holder,
        CancellationToken cancellation)
    {
        if (!IPEndPoint.TryParse(holder, out var endpoint) || endpoint.Port == 0
            || !Uri.TryCreate($"http://{endpoint}{path}",
                new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }, out var address))
        {
            LogNoAddress(logger, holder);
            return null;
        }

        try
        {
            var proof = Prove(path, holder);
            var response = await SendAsync(address, proof, cancellation);
            if (response.StatusCode == HttpStatusCode.Unauthorized)
            {
                // Where a pooled connection broke, the handler has sent the request again: a proof is accepted once.
                response.Dispose();
                proof = Prove(path, holder);
                response = await SendAsync(address, proof, cancellation);
            }

            using var answered = response;
            switch (response.StatusCode)
            {
                case HttpStatusCode.OK:
                    break;
                case HttpStatusCode.Unauthorized:
                    LogRefused(holder);
                    return null;
                default:
                    LogNothing(logger, holder, document, (int)response.StatusCode);
                    return null;
            }

            await using var body = await response.Content.ReadAsStreamAsync(cancellation);
            var answer = await PeerStateReader.ReadAsync(body, secret, proof, options.MaxBytes, cancellation);
            if (answer.Refusal is { } refusal)
            {
                LogNoState(logger, holder, document, refusal);
            }

            return answer.State;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException
            or ObjectDisposedException)
        {
            if (!cancellation.IsCancellationRequested)
            {
                LogUnreachable(logger, exception, holder, document);
            }

            return null;
        }
    }

    private string Prove(string path, string holder) =>
        PeerProof.Make(secret, HttpMethod.Get.Method, path, holder, time.GetUtcNow(), PeerProof.NewNonce());

    private async Task<HttpResponseMessage> SendAsync(Uri address, string proof, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.TryAddWithoutValidation("Authorization", proof);
        if (DocumentTraces.Traceparent is { } traceparent)
        {
            request.Headers.TryAddWithoutValidation("traceparent", traceparent);
        }

        return await http.SendAsync(request, cancellation);
    }
}
