namespace Relay.Yjs;

/// <summary>
/// The clients of a document, each with what it wrote, by their ids and by the indices that structs name them by; and
/// what they take in memory.
/// </summary>
internal sealed class ClientTable
{
    /// <summary>This object, its lists and its tables while they are empty.</summary>
    private const long ObjectBytes = 280;

    /// <summary>An entry of the table from clients to their indices, with its bucket.</summary>
    private const long IndexBytes = 28;

    private readonly List<ClientBlocks> clients = [];
    private readonly Dictionary<ClientKey, int> indices = [];
    private List<ClientBlocks> descending = [];

    // The one that was asked for last, as a rule by who types.
    private ClientBlocks? latest;
    private int latestIndex;

    // What the clients take and how many holes they have, but for the one that was changed last.
    private ClientBlocks? touched;
    private long bytes;
    private long gaps;

    public int Count => clients.Count;

    public List<ClientBlocks> All => clients;

    /// <summary>What all of them take in memory; see <see cref="YDocument.MemoryBytes"/>.</summary>
    public long MemoryBytes
    {
        get
        {
            CountTouched();
            return ObjectBytes + bytes + (indices.Capacity * IndexBytes)
                + (8L * (clients.Capacity + descending.Capacity));
        }
    }

    /// <summary>About how many holes there are between structs.</summary>
    public long Gaps
    {
        get
        {
            CountTouched();
            return gaps;
        }
    }

    public ClientBlocks this[int index] => clients[index];

    /// <summary>The index of a client, which is made if need be.</summary>
    public int IndexOf(ulong id)
    {
        if (latest?.Id == id)
        {
            return latestIndex;
        }

        if (!indices.TryGetValue(id, out var index))
        {
            index = clients.Count;
            clients.Add(new ClientBlocks(id));
            indices.Add(id, index);
            CountBytes(clients[index]);
        }

        (latest, latestIndex) = (clients[index], index);
        return index;
    }

    public ClientBlocks? Find(ulong id) => latest?.Id == id ? latest : Search(id);

    public bool TryFind(ulong id, out int index)
    {
        index = latestIndex;
        return latest?.Id == id || indices.TryGetValue(id, out index);
    }

    public bool Knows(ulong client) => TryFind(client, out _);

    /// <summary>Whether there is a struct at every clock from one to before another.</summary>
    public bool Covers(ulong client, long start, long end) => Find(client)?.Covers(start, end) == true;

    /// <summary>Whether every clock from one to before another is deleted.</summary>
    public bool Deletes(ulong client, long start, long end) => Find(client)?.Deletes.Covers(start, end) == true;

    public bool ReachesBeyond(ulong client, long clock) => Find(client)?.End > clock;

    /// <summary>
    /// About how many holes there are between two clocks of a client, beside one, and how many deleted ranges.
    /// </summary>
    public (int Gaps, int Deletes) PartsBetween(ulong client, long start, long end) =>
        Find(client) is { } known ? (known.GapsBetween(start, end), known.Deletes.CountBetween(start, end)) : default;

    /// <summary>The block at a clock at which there is one.</summary>
    public ref readonly Block BlockAt(int client, long clock) => ref clients[client].BlockAt(clock);

    /// <summary>The clients in descending order of their ids.</summary>
    public List<ClientBlocks> Descending()
    {
        if (descending.Count != clients.Count)
        {
            descending = [.. clients];
            descending.Sort((left, right) => right.Id.CompareTo(left.Id));
        }

        return descending;
    }

    /// <summary>
    /// Notes that a client's memory may have changed. It is counted when another one's does, or when somebody asks: not
    /// after each character of one who types.
    /// </summary>
    public void Touch(ClientBlocks client)
    {
        if (touched == client)
        {
            return;
        }

        CountTouched();
        touched = client;
    }

    /// <summary>Counts a client's memory.</summary>
    public void CountBytes(ClientBlocks client)
    {
        var (clientBytes, clientGaps) = (client.MemoryBytes, client.Gaps);
        bytes += clientBytes - client.CountedBytes;
        gaps += clientGaps - client.CountedGaps;
        (client.CountedBytes, client.CountedGaps) = (clientBytes, clientGaps);
    }

    private ClientBlocks? Search(ulong id) => indices.TryGetValue(id, out var index) ? clients[index] : null;

    private void CountTouched()
    {
        if (touched is not null)
        {
            CountBytes(touched);
        }
    }
}
