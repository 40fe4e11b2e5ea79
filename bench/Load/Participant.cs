using System.Diagnostics;

namespace Relay.Bench.Load;

/// <summary>
/// One client of a document, who types a run of characters of its own and notes when it sees those of the others.
/// </summary>
internal sealed class Participant : IDisposable
{
    private readonly Participant[] party;
    private readonly int place;
    private readonly int node;
    private readonly ulong firstId;
    private readonly Typist typist;
    private readonly RunReader onRun;
    private readonly bool[][] seen;
    private ulong moves;
    private long arrived;
    private int received;

    /// <param name="party">All clients of the document.</param>
    /// <param name="place">This one's place among them.</param>
    /// <param name="node">Which node it is on.</param>
    /// <param name="firstId">The Yjs client id of the first of them; the others follow.</param>
    public Participant(Participant[] party, int place, int node, ulong firstId)
    {
        (this.party, this.place, this.node, this.firstId) = (party, place, node, firstId);
        typist = new Typist(firstId + (ulong)place);
        onRun = OnRun;
        seen = new bool[party.Length][];
    }

    /// <summary>When each of its characters is to be sent, as <see cref="Stopwatch.GetTimestamp"/> counts.</summary>
    public List<long> Due { get; } = [];

    /// <summary>
    /// Milliseconds from a character's intended time to its arrival, of writers on the same node and on the other one.
    /// </summary>
    public (List<double> Same, List<double> Cross) Latencies { get; } = ([], []);

    /// <summary>Only what is due from then on counts.</summary>
    public long CountsFrom { get; set; }

    /// <summary>How many characters of others have come, each once.</summary>
    public int Received => Volatile.Read(ref received);

    /// <summary>How many will have come when all is done.</summary>
    public int Expected => party.Where(writer => writer != this).Sum(writer => writer.Due.Count);

    private Client? Client { get; set; }

    public async Task ConnectAsync(Servers servers, string document)
    {
        for (var writer = 0; writer < party.Length; writer++)
        {
            seen[writer] = new bool[party[writer].Due.Count];
        }

        Client = await Client.ConnectAsync(servers.Nodes[node].Url, document, servers.Dialect, OnUpdate);
        await Client.SyncAsync();
    }

    /// <summary>Types the next character.</summary>
    public void Type()
    {
        var client = Client ?? throw new InvalidOperationException("Not connected.");
        client.Send(client.Frame(typist.Type()));
    }

    /// <summary>Moves its cursor.</summary>
    public void Move()
    {
        var client = Client ?? throw new InvalidOperationException("Not connected.");
        client.Send(client.PresenceFrame(firstId + (ulong)place, ++moves));
    }

    public void Dispose() => Client?.Dispose();

    private void OnUpdate(ReadOnlySpan<byte> update)
    {
        arrived = Stopwatch.GetTimestamp();
        Typist.Read(update, onRun);
    }

    private void OnRun(ulong client, long first, long end)
    {
        var writer = (int)(client - firstId);
        for (var character = first; writer != place && character < end; character++)
        {
            Note(writer, (int)character);
        }
    }

    private void Note(int writer, int character)
    {
        if (seen[writer][character])
        {
            return;
        }

        seen[writer][character] = true;
        var due = party[writer].Due[character];
        if (due >= CountsFrom)
        {
            (party[writer].node == node ? Latencies.Same : Latencies.Cross).Add(Timing.Milliseconds(arrived - due));
        }

        Volatile.Write(ref received, received + 1);
    }
}
