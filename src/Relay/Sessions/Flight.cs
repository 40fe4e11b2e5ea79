using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// The one entry of a session that is being appended. Until its outcome is known, or the log turns out to be another
/// one, it is repeated, each time under a new id and with the ids of the tries before: the log stores it once, and no
/// position ever names two histories.
/// </summary>
internal sealed class Flight(EntryId id, ReadOnlyMemory<byte> payload, IReadOnlyList<OutboxItem> items, long startedAt)
{
    /// <summary>
    /// So many tries are named. Should an older one have been stored all the same, the log has the entry twice, which
    /// changes nothing.
    /// </summary>
    private const int MostEarlier = 16;

    /// <summary>The id of the last try.</summary>
    public EntryId Id { get; private set; } = id;

    /// <summary>The ids of the tries before, the last one first.</summary>
    public EntryId[] Earlier { get; private set; } = [];

    public ReadOnlyMemory<byte> Payload { get; } = payload;

    /// <summary>What it was merged from.</summary>
    public IReadOnlyList<OutboxItem> Items { get; } = items;

    /// <summary>When the first try began, as the environment's clock counts.</summary>
    public long StartedAt { get; } = startedAt;

    /// <summary>Whether a call is under way.</summary>
    public bool IsSending { get; set; }

    /// <summary>How often it was tried.</summary>
    public int Attempts { get; private set; }

    /// <summary>The next try begins; what came of the one before it is unknown.</summary>
    public void Try(Func<EntryId> newId)
    {
        IsSending = true;
        if (Attempts++ > 0)
        {
            Earlier = [Id, .. Earlier.Take(MostEarlier - 1)];
            Id = newId();
        }
    }

    /// <summary>Whether an entry of this id is one of the tries.</summary>
    public bool Has(EntryId entry) => entry == Id || Array.IndexOf(Earlier, entry) >= 0;
}
