using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// What several nodes know of one document's presence, put together by the rule of y-protocols: of each client the
/// entry with the newest clock counts, and under the same clock a removal. Not thread-safe.
/// </summary>
internal sealed class MergedPresence
{
    private readonly Dictionary<ClientKey, AwarenessEntry> newest = [];

    /// <summary>The clients that are there, by their ids.</summary>
    public IEnumerable<AwarenessEntry> Present =>
        newest.Values.Where(entry => !entry.IsNull).OrderBy(entry => entry.ClientId);

    /// <summary>Adds one node's answer (y-protocols encoding). One that does not read is left out, and null.</summary>
    public void Add(ReadOnlyMemory<byte>? answer)
    {
        if (answer is not { } update || !AwarenessUpdate.TryDecode(update, int.MaxValue, out var entries, out _))
        {
            return;
        }

        foreach (var entry in entries)
        {
            if (!newest.TryGetValue(entry.ClientId, out var known)
                || entry.Clock > known.Clock
                || (entry.Clock == known.Clock && entry.IsNull))
            {
                newest[entry.ClientId] = entry;
            }
        }
    }
}
