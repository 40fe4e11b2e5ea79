using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// The one entry of a session that is being appended. Until its outcome is known, or the log turns out to be another
/// one, it is repeated under the same id, which the log stores once.
/// </summary>
internal sealed class Flight(EntryId id, ReadOnlyMemory<byte> payload, IReadOnlyList<OutboxItem> items, long startedAt)
{
    public EntryId Id { get; } = id;

    public ReadOnlyMemory<byte> Payload { get; } = payload;

    /// <summary>What it was merged from.</summary>
    public IReadOnlyList<OutboxItem> Items { get; } = items;

    /// <summary>When the first try began, as the environment's clock counts.</summary>
    public long StartedAt { get; } = startedAt;

    /// <summary>Whether a call is under way.</summary>
    public bool IsSending { get; set; }

    /// <summary>How often it was tried.</summary>
    public int Attempts { get; set; }
}
