using System.Text;
using Relay.Yjs;

namespace Relay.Doubles;

/// <summary>
/// The awareness of a stock client, as <c>awareness.js</c> of y-protocols has it: renewed after 15 s, others' entries
/// dropped after 30 s, and every change, also what was heard, told to the providers.
/// </summary>
internal sealed class StockAwareness(ulong id, TimeProvider time)
{
    private readonly Dictionary<ulong, (ulong Clock, DateTimeOffset At)> meta = new() { [id] = (0, time.GetUtcNow()) };

    /// <summary>Told of every update: the clients, and where it came from.</summary>
    public event Action<IReadOnlyList<ulong>, object?>? Updated;

    /// <summary>Told of every client that disappears.</summary>
    public event Action<ulong>? Removed;

    public ulong Id => id;

    public Dictionary<ulong, string> States { get; } = new() { [id] = "{}" };

    public ulong Clock => meta[id].Clock;

    public void Set(string? state)
    {
        var clock = Clock + 1;
        if (state is null)
        {
            States.Remove(id);
        }
        else
        {
            States[id] = state;
        }

        meta[id] = (clock, time.GetUtcNow());
        Updated?.Invoke([id], null);
    }

    public void Apply(IReadOnlyList<AwarenessEntry> entries, object? origin)
    {
        var changed = new List<ulong>();
        foreach (var entry in entries)
        {
            var isKnown = meta.TryGetValue(entry.ClientId, out var known);
            var isRemoval = known.Clock == entry.Clock && entry.IsNull && States.ContainsKey(entry.ClientId);
            if (known.Clock >= entry.Clock && !isRemoval)
            {
                continue;
            }

            var clock = entry.Clock;
            if (!entry.IsNull)
            {
                States[entry.ClientId] = Encoding.UTF8.GetString(entry.State.Span);
            }
            else if (entry.ClientId == id && States.ContainsKey(id))
            {
                clock++;
            }
            else if (States.Remove(entry.ClientId))
            {
                Removed?.Invoke(entry.ClientId);
            }

            meta[entry.ClientId] = (clock, time.GetUtcNow());
            if (isKnown || !entry.IsNull)
            {
                changed.Add(entry.ClientId);
            }
        }

        if (changed.Count > 0)
        {
            Updated?.Invoke(changed, origin);
        }
    }

    /// <summary>As a provider does whose connection is gone.</summary>
    public void RemoveOthers(object? origin) => RemoveAll([.. States.Keys.Where(client => client != id)], origin);

    /// <summary>What is done every three seconds.</summary>
    public void Tick()
    {
        var now = time.GetUtcNow();
        if (States.TryGetValue(id, out var own) && now - meta[id].At >= TimeSpan.FromSeconds(15))
        {
            Set(own);
        }

        var outdated = now - TimeSpan.FromSeconds(30);
        RemoveAll([.. States.Keys.Where(client => client != id && meta[client].At <= outdated)], null);
    }

    public AwarenessEntry[] Entries(IEnumerable<ulong> clients) =>
        [.. clients.Select(client => new AwarenessEntry(client, meta[client].Clock, StateOf(client)))];

    private byte[] StateOf(ulong client) => Encoding.UTF8.GetBytes(States.GetValueOrDefault(client, "null"));

    private void RemoveAll(ulong[] clients, object? origin)
    {
        foreach (var client in clients)
        {
            States.Remove(client);
        }

        if (clients.Length > 0)
        {
            Updated?.Invoke(clients, origin);
        }
    }
}
