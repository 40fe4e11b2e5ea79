using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// The one entry of a session that is being appended. Until its outcome is known, or the log turns out to be another
/// one, it is repeated under the same id, which the log stores once.
/// </summary>
/// <param name="id">The entry's id.</param>
/// <param name="payload">What is appended.</param>
/// <param name="items">What it was merged from.</param>
/// <param name="startedAt">When the first try began, as the environment's clock counts.</param>
internal sealed class InFlightAppend(
    EntryId id, ReadOnlyMemory<byte> payload, IReadOnlyList<OutboxItem> items, long startedAt)
{
    public EntryId Id => id;

    public ReadOnlyMemory<byte> Payload => payload;

    public IReadOnlyList<OutboxItem> Items => items;

    public long StartedAt => startedAt;

    /// <summary>Whether a call is under way.</summary>
    public bool IsSending { get; set; }

    /// <summary>How often it was tried.</summary>
    public int Attempts { get; set; }

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

    /// <summary>
    /// The same with a new id: it may have been stored in a history that is lost, and stored again at the same offset
    /// its position would name two histories. Should the old append still land, it brings no change.
    /// </summary>
    public InFlightAppend WithId(EntryId other) => new(other, payload, items, startedAt);

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
