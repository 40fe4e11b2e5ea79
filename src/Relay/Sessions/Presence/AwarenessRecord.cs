using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>What a session knows about one client's presence.</summary>
internal sealed class AwarenessRecord(ulong clientId)
{
    public ulong ClientId { get; } = clientId;

    public ulong Clock { get; set; }

    public ReadOnlyMemory<byte> State { get; set; } = AwarenessEntry.NullState;

    /// <summary>Gone; kept for a while for its clock, so that a late message does not bring it back.</summary>
    public bool IsNull { get; set; } = true;

    /// <summary>The connection of this node whose client it is; nothing when it is another node's, or nobody's.</summary>
    public Attachment? Owner { get; set; }

    /// <summary>Another node's client: its last state came over the channel.</summary>
    public bool IsElsewhere { get; set; }

    /// <summary>When it last changed or was renewed.</summary>
    public DateTimeOffset SeenAt { get; set; }

    /// <summary>The number of its last change among all changes of the session's presence.</summary>
    public long Change { get; set; }

    public AwarenessEntry Entry => new(ClientId, Clock, State);
}
