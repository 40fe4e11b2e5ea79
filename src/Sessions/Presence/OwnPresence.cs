using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>What connections of this node may say about presence. Belongs to the session's mailbox.</summary>
/// <remarks>
/// Stock clients send back every entry that they hear, and removals of entries that they time out. So a connection
/// owns a client only once it said an entry of it that cannot be an echo:
/// <list type="bullet">
/// <item>under a clock that is newer than the known one, if no other connection owns the client, or if it is the
/// only such entry of a connection that owns no client yet; or</item>
/// <item>under the known clock, in the connection's first presence frame, alone, and before the connection can have
/// heard of it: that is how a client comes back.</item>
/// </list>
/// An entry of an id that belongs to another user, or whose clock jumps, is ignored.
/// Tabs of one browser tell each other what they hear, so the second of these may be an echo all the same: such an
/// owner is asked (<see cref="PresenceEffects.Ask(AwarenessRecord, ulong, AwarenessChanges)"/>) before its word alone
/// counts.
/// Only owners change, renew and remove. A client with several owners goes when the last of them goes; one that has
/// not said the newest entry is asked first, and given some seconds to answer.
/// </remarks>
internal sealed class OwnPresence(AwarenessRecords records, AwarenessLimits limits, PresenceEffects effects)
{
    /// <summary>Applies a frame of one of this node's connections.</summary>
    public AwarenessChanges Apply(Attachment connection, IReadOnlyList<AwarenessEntry> entries, DateTimeOffset now)
    {
        var result = new AwarenessChanges();
        var presence = connection.Presence;
        var isOpening = !presence.HasSpoken && !presence.MayHaveHeard && entries.Count(e => !e.IsNull) == 1;
        entries = Credible(presence.User, entries);
        var mayIntroduce = presence.Owned.Count == 0 && (isOpening || entries.Count(IsNews) == 1);
        presence.HasSpoken = true;
        foreach (var entry in entries)
        {
            var record = records.Find(entry.ClientId);
            if (entry.IsNull)
            {
                Withdraw(connection, record, entry, now, result);
            }
            else if (record is null || record.IsNull)
            {
                if (record is null || entry.Clock > record.Clock || (isOpening && entry.Clock == record.Clock))
                {
                    Take(connection, record, entry, isOpening, now, result);
                }
                else if (isOpening)
                {
                    // It was gone with a newer clock than it has itself: it has to hear that clock before others
                    // believe it.
                    result.Nudges.Add((connection, record.Removal));
                }
            }
            else if (record.Claims.Has(connection))
            {
                if (entry.Clock > record.Clock)
                {
                    Take(connection, record, entry, isOpening, now, result);
                }
                else if (entry.Clock == record.Clock && presence.Cursor < record.Change)
                {
                    // Another source, as a second provider of the same client, was faster with the same entry.
                    record.Claims.Say(connection, entry.Clock, isSure: false);
                    TellIfShared(record, result);
                }
            }
            else if (entry.Clock > record.Clock)
            {
                if (mayIntroduce || !record.Claims.HasLive)
                {
                    Take(connection, record, entry, isOpening, now, result);
                }
                else
                {
                    record.Contender = (connection, entry.Clock);
                }
            }
            else if (mayIntroduce && isOpening && entry.Clock == record.Clock)
            {
                Take(connection, record, entry, isOpening, now, result);
            }
        }

        return result;
    }

    /// <summary>The connection is gone for good, and with it the clients that no other source says.</summary>
    public AwarenessChanges Remove(Attachment connection, DateTimeOffset now)
    {
        var result = new AwarenessChanges();
        foreach (var client in connection.Presence.Owned)
        {
            var record = records.Find(client.Id)!;
            record.Claims.Drop(connection);
            effects.EndIfUnclaimed(record, now, isOwn: true, result);
            if (record.IsNull)
            {
                // From now on its clock and its user are remembered for a while.
                record.SeenAt = now;
            }
        }

        connection.Presence.Owned.Clear();
        return result;
    }

    /// <summary>Nodes that know this entry from another node learn that this node says it, too.</summary>
    private static void TellIfShared(AwarenessRecord record, AwarenessChanges result)
    {
        if (record.Claims.HasOtherNode)
        {
            result.Told.Add(record.ClientId);
        }
    }

    /// <summary>
    /// The entries that may be true. Removals of what others own pass: they say what the client does not see.
    /// </summary>
    private IReadOnlyList<AwarenessEntry> Credible(PresenceUser user, IReadOnlyList<AwarenessEntry> entries)
    {
        var all = true;
        for (var i = 0; i < entries.Count && all; i++)
        {
            all = IsCredible(user, entries[i]);
        }

        return all ? entries : [.. entries.Where(entry => IsCredible(user, entry))];
    }

    private bool IsCredible(PresenceUser user, in AwarenessEntry entry)
    {
        var record = records.Find(entry.ClientId);
        return PresenceClock.MayFollow(entry.Clock, record?.Clock)
            && (entry.IsNull || record is null || !record.IsOfAnother(user));
    }

    private bool IsNews(AwarenessEntry entry) =>
        !entry.IsNull && (records.Find(entry.ClientId) is not { } record || entry.Clock > record.Clock);

    private void Take(
        Attachment connection,
        AwarenessRecord? record,
        in AwarenessEntry entry,
        bool isOpening,
        DateTimeOffset now,
        AwarenessChanges result)
    {
        var presence = connection.Presence;
        var isOwner = record?.Claims.Has(connection) == true;
        var exceeded = entry.State.Length > limits.MaxStateBytes ? "Limits:MaxAwarenessBytes"
            : !isOwner && presence.Owned.Count >= limits.MaxOwnEntries ? "Limits:MaxAwarenessEntries"
            : effects.Exceeds(record, entry, connection);
        if (exceeded is not null)
        {
            result.Exceeded = exceeded;
            if (isOwner)
            {
                // What others see of it is not true any more.
                record!.Claims.Drop(connection);
                presence.Owned.Remove(record.ClientId);
                effects.EndIfUnclaimed(record, now, isOwn: true, result);
            }

            return;
        }

        if (record is null)
        {
            // No client knows its clocks from before.
            record = records.Add(entry.ClientId);
            record.AskedAt = now;
        }

        if (!record.User.IsKnown && record.Claims.IsEmpty)
        {
            record.User = presence.User;
        }

        var isNews = record.Change == 0 || entry.Clock > record.Clock;
        var hasReturned = record.IsNull && !isNews;
        var isSure = isOpening && isNews;
        presence.Owned.Add(entry.ClientId);
        if (isOpening)
        {
            record.Claims.Replace(connection, entry.Clock, isSure);
        }
        else
        {
            record.Claims.Say(connection, entry.Clock, isSure);
        }

        if (record.IsNull || entry.Clock > record.Clock)
        {
            effects.Change(record, entry, now, isOwn: true, result);
        }
        else
        {
            TellIfShared(record, result);
        }

        if (hasReturned)
        {
            // The clients that saw it go ignore it under this clock.
            PresenceEffects.Ask(record, connection, entry.Clock, result);
        }
    }

    /// <summary>
    /// A connection takes a client away. Stock clients do that to their own under the next clock, and to others'
    /// under the known one.
    /// </summary>
    private void Withdraw(
        Attachment connection,
        AwarenessRecord? record,
        in AwarenessEntry entry,
        DateTimeOffset now,
        AwarenessChanges result)
    {
        if (record is null || record.IsNull || entry.Clock < record.Clock)
        {
            return;
        }

        if (!record.Claims.Has(connection))
        {
            result.NeedsRenewal |= entry.Clock == record.Clock;
            return;
        }

        if (entry.Clock > record.Clock)
        {
            effects.End(record, entry.Clock, now, isOwn: true, result);
            record.Claims.Say(connection, entry.Clock, isSure: false);
            return;
        }

        record.Claims.Drop(connection);
        connection.Presence.Owned.Remove(record.ClientId);
        effects.EndIfUnclaimed(record, now, isOwn: true, result);
    }
}
