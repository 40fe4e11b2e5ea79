using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Links;

/// <summary>
/// Presence of one document that waits for a link: of each client only what was told last. Not thread-safe.
/// </summary>
/// <remarks>One message is kept as it is: only where a second one comes are both decoded.</remarks>
internal sealed class PendingChanges(ReadOnlyMemory<byte> first)
{
    private Dictionary<ClientKey, (AwarenessEntry Entry, PresenceUser User)>? latest;

    /// <summary>What it takes, about.</summary>
    public int Bytes { get; private set; } = first.Length;

    /// <summary>Puts what a later message says in the place of what is here; false if it does not read.</summary>
    public bool TryAdd(ReadOnlyMemory<byte> content)
    {
        if (ToldPresence.TryDecode(content) is not { } later)
        {
            return false;
        }

        if (latest is null)
        {
            if (ToldPresence.TryDecode(first) is not { } earlier)
            {
                return false;
            }

            latest = [];
            Bytes = 0;
            Add(earlier);
        }

        Add(later);
        return true;
    }

    /// <summary>What is told, in one message.</summary>
    public ReadOnlyMemory<byte> Encode()
    {
        if (latest is null)
        {
            return first;
        }

        AwarenessEntry[] entries = [.. latest.Values.Select(told => told.Entry)];
        return ToldPresence.Of(entries, client => latest[client].User).Encode();
    }

    private void Add(ToldPresence told)
    {
        for (var i = 0; i < told.Entries.Count; i++)
        {
            var entry = told.Entries[i];
            if (latest!.TryGetValue(entry.ClientId, out var before))
            {
                Bytes -= SizeOf(before.Entry);
            }

            latest[entry.ClientId] = (entry, told.UserOf(i));
            Bytes += SizeOf(entry);
        }
    }

    /// <summary>With its id, its clock, its user and lengths.</summary>
    private static int SizeOf(in AwarenessEntry entry) => entry.State.Length + 32;
}
