using System.Diagnostics;

namespace Relay.Bench.Load;

/// <summary>
/// One document with one writer and its readers. At most a window of updates is under way: sent, and not yet with every
/// reader.
/// </summary>
internal sealed class FanOut : IDisposable
{
    private const ulong WriterId = 1000;
    private readonly Lock gate = new();
    private readonly Typist typist = new(WriterId);
    private readonly Client[] readers;
    private readonly long[] next;
    private readonly long[] sentAt;
    private readonly int[] lacking;
    private readonly int length;
    private readonly RunReader onRun;
    private Client? writer;
    private (long First, long End) run;
    private byte[] lastUpdate = [];
    private LatencyHistogram? latencies;
    private long sent;
    private long complete;
    private long deliveries;
    private bool closedLoop;

    private FanOut(int readers, int window, int length)
    {
        (this.readers, next, sentAt, lacking, this.length) = (new Client[readers], new long[readers], new long[window],
            new int[window], length);
        onRun = OnRun;
    }

    /// <summary>An update at a reader, each once.</summary>
    public long Deliveries => Volatile.Read(ref deliveries);

    /// <summary>Updates that have been sent.</summary>
    public long Sent => Volatile.Read(ref sent);

    /// <summary>The readers' connections.</summary>
    public IReadOnlyList<Client> Readers => readers;

    /// <summary>Connects everybody.</summary>
    /// <param name="servers">The first of them serves all.</param>
    /// <param name="document">Whose readers they are.</param>
    /// <param name="readers">How many.</param>
    /// <param name="window">How many updates may be under way.</param>
    /// <param name="length">Characters an update.</param>
    public static async Task<FanOut> ConnectAsync(Servers servers, string document, int readers,
        int window, int length = 1)
    {
        var fanOut = new FanOut(readers, window, length);
        for (var reader = 0; reader < readers; reader++)
        {
            var place = reader;
            fanOut.readers[reader] = await Client.ConnectAsync(servers.First.Url, document, servers.Dialect,
                update => fanOut.Take(place, update));
            await fanOut.readers[reader].SyncAsync();
        }

        fanOut.writer = await Client.ConnectAsync(servers.First.Url, document, servers.Dialect);
        await fanOut.writer.SyncAsync();
        return fanOut;
    }

    /// <summary>
    /// Closed loop: fills the window, and from then on sends whenever an update has reached everybody, until
    /// <see cref="DrainAsync"/>.
    /// </summary>
    public void Begin()
    {
        lock (gate)
        {
            closedLoop = true;
            SendWhatMayGo();
        }
    }

    /// <summary>
    /// Open loop as long as the readers follow: sends at a steady rate, and waits only for a window that is full.
    /// Latency counts from when an update was due.
    /// </summary>
    public void SendPaced(int updates, double rate)
    {
        var start = Stopwatch.GetTimestamp();
        for (var update = 0; update < updates; update++)
        {
            var due = start + (long)(update / rate * Stopwatch.Frequency);
            Timing.WaitUntil(due);
            while (!TrySend(due))
            {
                Timing.WaitUntil(Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 5000));
            }
        }
    }

    /// <summary>From now on latencies are noted, there.</summary>
    public void NoteIn(LatencyHistogram histogram)
    {
        lock (gate)
        {
            latencies = histogram;
        }
    }

    /// <summary>
    /// Sends no more, waits until everything has reached everybody, but not forever, and returns how much has not.
    /// </summary>
    public async Task<long> DrainAsync()
    {
        lock (gate)
        {
            closedLoop = false;
        }

        long missing;
        var watch = Stopwatch.StartNew();
        while ((missing = (Sent * readers.Length) - Deliveries) > 0 && watch.Elapsed < TimeSpan.FromSeconds(10))
        {
            await Task.Delay(20);
        }

        return missing;
    }

    public void Dispose()
    {
        writer?.Dispose();
        foreach (var reader in readers)
        {
            reader?.Dispose();
        }
    }

    private bool TrySend(long due)
    {
        lock (gate)
        {
            if (sent - complete >= sentAt.Length)
            {
                return false;
            }

            Send(due);
            return true;
        }
    }

    private void SendWhatMayGo()
    {
        while (closedLoop && sent - complete < sentAt.Length)
        {
            Send(Stopwatch.GetTimestamp());
        }
    }

    private void Send(long counted)
    {
        var client = writer ?? throw new InvalidOperationException("Not connected.");
        var place = sent % sentAt.Length;
        (sentAt[place], lacking[place]) = (counted, readers.Length);
        Volatile.Write(ref sent, sent + 1);
        client.Send(client.Frame(typist.Type(length)));
    }

    private void Take(int reader, ReadOnlySpan<byte> update)
    {
        var now = Stopwatch.GetTimestamp();

        // Most readers get the same bytes as the one before: those are read once.
        if (!update.SequenceEqual(lastUpdate))
        {
            run = (-1, -1);
            Typist.Read(update, onRun);
            lastUpdate = update.ToArray();
        }

        lock (gate)
        {
            if (run.First / length > next[reader])
            {
                throw new InvalidDataException($"Update {run.First / length} came where {next[reader]} lacks.");
            }

            for (var came = run.End / length; next[reader] < came; next[reader]++)
            {
                Note(next[reader] % sentAt.Length, now);
            }

            SendWhatMayGo();
        }
    }

    /// <summary>What one writer typed stays one run, however servers join its updates.</summary>
    private void OnRun(ulong client, long first, long end)
    {
        if (client != WriterId || (run.End >= 0 && run.End != first))
        {
            throw new InvalidDataException($"Characters {first} to {end} of {client} came after {run.End}.");
        }

        run = (run.End < 0 ? first : run.First, end);
    }

    private void Note(long place, long now)
    {
        latencies?.Add(now - sentAt[place]);
        Volatile.Write(ref deliveries, deliveries + 1);
        if (--lacking[place] == 0)
        {
            complete++;
        }
    }
}
