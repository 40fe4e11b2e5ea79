using Relay.Backplane;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// The one entry of a session that is being appended. Until its outcome is known, or the log turns out to be another
/// one, it is repeated, each time under a new id and with the ids of the tries before: the log stores it once, and no
/// position ever names two histories.
/// </summary>
/// <param name="id">The id of the first try.</param>
/// <param name="after">Where the document stood before the first try.</param>
/// <param name="payload">What is appended.</param>
/// <param name="items">What it was merged from.</param>
/// <param name="startedAt">When the first try began, as the environment's clock counts.</param>
internal sealed class InFlightAppend(
    EntryId id, Position after, ReadOnlyMemory<byte> payload, IReadOnlyList<OutboxItem> items, long startedAt)
{
    /// <summary>
    /// So many tries are named. Should an older one have been stored all the same, the log has the entry twice, which
    /// makes no difference to the document.
    /// </summary>
    private const int MostEarlier = 16;

    /// <summary>The id of the last try.</summary>
    public EntryId Id { get; private set; } = id;

    /// <summary>The ids of the tries before, the last one first.</summary>
    public EntryId[] Earlier { get; private set; } = [];

    /// <summary>Where the document stood before the first try: a log that has it has no try before it.</summary>
    public Position After => after;

    public ReadOnlyMemory<byte> Payload => payload;

    public IReadOnlyList<OutboxItem> Items => items;

    public long StartedAt => startedAt;

    /// <summary>Whether a call is under way.</summary>
    public bool IsSending { get; set; }

    /// <summary>How often it was tried.</summary>
    public int Attempts { get; private set; }

    /// <summary>Whether it has an update that the stores lack although the session's document has it.</summary>
    public bool IsRecovery
    {
        get
        {
            for (var i = 0; i < items.Count; i++)
            {
                if (items[i].IsRecovery)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>The next try begins; the outcome of the one before it is unknown.</summary>
    public void Try(SessionEnvironment environment)
    {
        IsSending = true;
        if (Attempts++ > 0)
        {
            Earlier = [Id, .. Earlier.Take(MostEarlier - 1)];
            Id = environment.NewEntryId();
        }
    }

    /// <summary>Whether an entry of this id is one of the tries.</summary>
    public bool Has(EntryId entry) => entry == Id || Array.IndexOf(Earlier, entry) >= 0;

    /// <summary>Whether one of these entries is one of the tries.</summary>
    public bool IsAmong(IReadOnlyList<LoggedEntry> entries)
    {
        foreach (var entry in entries)
        {
            if (Has(entry.Position.Id))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// The same with a new id: it may have been stored in a history that is lost, and stored again at the same offset
    /// its position would name two histories. Should the old append still land, it brings no change.
    /// </summary>
    public InFlightAppend WithId(EntryId other, Position position) =>
        new(other, position, payload, items, startedAt);

    /// <summary>
    /// Acknowledges all updates of the entry, which wait no more. Usually all are of one writer, which is told once.
    /// </summary>
    public void Acknowledge(GrowthLimit limit)
    {
        for (var i = 0; i < items.Count;)
        {
            var from = items[i].From;
            long settled = 0;
            for (; i < items.Count && items[i].From == from; i++)
            {
                limit.Wait(-items[i].Growth);
                settled += from is { IsAttached: true } ? from.Receipts.Acknowledge(items[i].Settles, default) : 0;
            }

            from?.Receipts.Settle(settled);
        }
    }
}
