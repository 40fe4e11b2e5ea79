using Relay.Backplane;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>Reads what other nodes tell about their clients. Belongs to the session's mailbox.</summary>
internal sealed class AwarenessMessages(OtherNodesPresence otherNodes)
{
    /// <summary>Other nodes whose presence went because they seemed to have ended.</summary>
    private HashSet<ulong>? ended;

    /// <summary>Applies a message in steps; each is to be spread before the next.</summary>
    /// <param name="node">The node; 0 for one that is not known.</param>
    /// <param name="kind">What it tells.</param>
    /// <param name="content">
    /// Bytes that were checked there. A version of this program that writes what this one does not read costs presence,
    /// not documents.
    /// </param>
    /// <param name="now">The time.</param>
    public IEnumerable<AwarenessChanges> Apply(
        ulong node, AwarenessKind kind, ReadOnlyMemory<byte> content, DateTimeOffset now)
    {
        switch (kind)
        {
            case AwarenessKind.Changes when ToldPresence.TryDecode(content) is { } told:
                yield return otherNodes.Apply(node, told, _ => now);
                break;
            case AwarenessKind.Hello or AwarenessKind.Here when PresenceNote.TryDecode(content) is { } note:
                yield return otherNodes.Apply(node, note.Told, i => now - note.Ages[i]);
                if (note.IsWhole)
                {
                    var there = note.Told.Entries.Select(entry => new ClientKey(entry.ClientId)).ToHashSet();
                    yield return otherNodes.Drop(node, now, there);
                }

                break;
            case AwarenessKind.Bye:
                yield return otherNodes.Drop(node, now);
                break;
            default:
                break;
        }
    }

    /// <summary>A node's report has ended: it is dead, and its clients are gone.</summary>
    /// <returns>Null if none of its clients was here.</returns>
    public AwarenessChanges? End(ulong node, DateTimeOffset now)
    {
        var changes = otherNodes.Drop(node, now);
        if (changes.Clients.Count == 0)
        {
            return null;
        }

        (ended ??= []).Add(node);
        return changes;
    }

    /// <summary>A node is there.</summary>
    /// <returns>Whether its clients went because it seemed to have ended.</returns>
    public bool Return(ulong node) => ended?.Remove(node) == true;
}
