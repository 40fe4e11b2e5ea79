namespace Relay.Bench.Load;

/// <summary>
/// What a load balancer knows of nodes: which of them said at the last look that they want clients. Those get newcomers
/// in turn. Thread-safe.
/// </summary>
internal sealed class Balancer : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly List<Peer> nodes = [];
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(2) };
    private readonly CancellationTokenSource end = new();
    private readonly Task looking;
    private Peer[] ready = [];
    private int turn;

    /// <param name="interval">Between two looks.</param>
    public Balancer(TimeSpan interval) => looking = LookAsync(interval);

    /// <summary>A node that has just become ready.</summary>
    public void Add(Peer node)
    {
        lock (gate)
        {
            nodes.Add(node);
            ready = [.. ready, node];
        }
    }

    public void Remove(Peer node)
    {
        lock (gate)
        {
            nodes.Remove(node);
            ready = [.. ready.Where(other => other != node)];
        }
    }

    public Peer Next()
    {
        lock (gate)
        {
            return ready.Length > 0
                ? ready[turn++ % ready.Length]
                : throw new InvalidOperationException("No node is ready.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        await looking;
        http.Dispose();
        end.Dispose();
    }

    private async Task LookAsync(TimeSpan interval)
    {
        using var timer = new PeriodicTimer(interval);
        try
        {
            while (await timer.WaitForNextTickAsync(end.Token))
            {
                Peer[] asked;
                lock (gate)
                {
                    asked = [.. nodes];
                }

                var answers = await Task.WhenAll(asked.Select(IsReadyAsync));
                lock (gate)
                {
                    ready = [.. asked.Where((node, index) => answers[index] && nodes.Contains(node))];
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    private async Task<bool> IsReadyAsync(Peer node)
    {
        try
        {
            using var answer = await http.GetAsync(
                new Uri(node.Url.Replace("ws://", "http://", StringComparison.Ordinal)
                    .Replace("/yjs", "/health/ready", StringComparison.Ordinal)), end.Token);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException
            && !end.IsCancellationRequested)
        {
            return false;
        }
    }
}
