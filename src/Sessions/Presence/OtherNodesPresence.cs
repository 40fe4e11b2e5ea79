using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// What other nodes say about the presence of their clients. A node is believed about its own clients; what several
/// sources say stays until the last of them takes it away. Belongs to the session's mailbox.
/// </summary>
internal sealed class OtherNodesPresence(AwarenessRecords records, AwarenessLimits limits, PresenceEffects effects)
{
    /// <summary>Applies what another node said about its clients.</summary>
    /// <param name="node">The node, 0 for one that is not known.</param>
    /// <param name="told">Its entries.</param>
    /// <param name="seenAt">When each entry was said or renewed, by this node's clock.</param>
    public AwarenessChanges Apply(ulong node, in ToldPresence told, Func<int, DateTimeOffset> seenAt)
    {
        var result = new AwarenessChanges();
        var entries = told.Entries;
        for (var i = 0; i < entries.Count; i++)
        {
            var user = told.UserOf(i);
            if (entries[i].Clock > PresenceClock.Most)
            {
                // Of a node of a version that took such clocks.
                continue;
            }

            if (entries[i].IsNull)
            {
                Withdraw(node, entries[i], user, seenAt(i), result);
            }
            else
            {
                Take(node, entries[i], user, seenAt(i), result);
            }
        }

        return result;
    }

    /// <summary>Another node is gone, or has none of these clients any more.</summary>
    /// <param name="node">The node.</param>
    /// <param name="now">The time.</param>
    /// <param name="except">The clients that it still has.</param>
    public AwarenessChanges Drop(ulong node, DateTimeOffset now, IReadOnlySet<ClientKey>? except = null)
    {
        var result = new AwarenessChanges();
        foreach (var record in records.All)
        {
            if (except?.Contains(record.ClientId) != true && record.Claims.Drop(node))
            {
                effects.EndIfUnclaimed(record, now, isOwn: false, result);
            }
        }

        return result;
    }

    /// <summary>
    /// Whether the id belongs to one user here and to another one there. Nodes of older versions name no users, and are
    /// believed.
    /// </summary>
    private static bool IsDisputed(AwarenessRecord record, PresenceUser user) =>
        user.IsKnown && record.IsOfAnother(user);

    private void Take(
        ulong node, in AwarenessEntry entry, PresenceUser user, DateTimeOffset seenAt, AwarenessChanges result)
    {
        var record = records.Find(entry.ClientId);
        if (record is not null && IsDisputed(record, user))
        {
            return;
        }

        if (record is not null && entry.Clock <= record.Clock && record.IsNull)
        {
            result.Told.Add(record.ClientId);
            return;
        }

        if ((record is not null && entry.Clock < record.Clock)
            || entry.State.Length > limits.MaxStateBytes
            || effects.ExceedsOfOthers(record, entry))
        {
            return;
        }

        record ??= records.Add(entry.ClientId);
        if (!record.User.IsKnown && !record.Claims.HasOwner)
        {
            record.User = user;
        }

        record.Claims.Say(node, entry.Clock);
        if (record.IsNull || entry.Clock > record.Clock)
        {
            effects.Change(record, entry, seenAt, isOwn: false, result);
        }
    }

    private void Withdraw(
        ulong node, in AwarenessEntry entry, PresenceUser user, DateTimeOffset now, AwarenessChanges result)
    {
        var record = records.Find(entry.ClientId);
        if (record is null)
        {
            return;
        }

        var wasSaid = record.Claims.Drop(node);
        if (IsDisputed(record, user))
        {
            if (wasSaid)
            {
                effects.EndIfUnclaimed(record, now, isOwn: false, result);
            }

            return;
        }

        if (record.IsNull)
        {
            if (entry.Clock > record.Clock)
            {
                effects.Change(record, entry, now, isOwn: false, result);
            }
        }
        else if (entry.Clock < record.Clock)
        {
            effects.EndIfUnclaimed(record, now, isOwn: false, result);
        }
        else if (record.Claims.HasOwner)
        {
            // Another node gave up an old connection of a client that is here by now. Clients elsewhere have dropped
            // it, so it says again that it is there.
            PresenceEffects.Ask(record, entry.Clock, result);
            if (!record.Claims.HasOwnerAt(entry.Clock))
            {
                effects.Doubt(record, now);
            }
        }
        else
        {
            // What was passed on when the document was loaded is not worth more than the word of a node.
            record.Claims.Drop(0);
            if (!record.Claims.HasAt(entry.Clock))
            {
                effects.End(record, entry.Clock, now, isOwn: false, result);
            }
        }
    }
}
