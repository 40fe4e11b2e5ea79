using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>What a session knows about one client's presence.</summary>
internal sealed class AwarenessRecord(ulong clientId)
{
    /// <summary>What a record takes besides its state.</summary>
    private const int Overhead = 64;

    public ulong ClientId { get; } = clientId;

    public ulong Clock { get; set; }

    /// <summary>
    /// The user to whom the id belongs for as long as this record is kept. Not known where tokens name no user, and
    /// where the id was said without one first.
    /// </summary>
    public PresenceUser User { get; set; }

    public ReadOnlyMemory<byte> State { get; set; } = AwarenessEntry.NullState;

    /// <summary>Gone; kept for a while for its clock, so that a late message does not bring it back.</summary>
    public bool IsNull { get; set; } = true;

    /// <summary>
    /// Who says it. A connection keeps its claim to a client that it has taken away, so that its limit counts it.
    /// </summary>
    public AwarenessClaims Claims { get; } = new();

    /// <summary>
    /// A connection that does not own the client and said a newer entry, and under which clock: it may be its own all
    /// the same, and is asked when the owners are gone.
    /// </summary>
    public (Attachment Connection, ulong Clock)? Contender { get; set; }

    /// <summary>When its owners were last asked to say it anew.</summary>
    public DateTimeOffset AskedAt { get; set; }

    /// <summary>When it last changed or was renewed.</summary>
    public DateTimeOffset SeenAt { get; set; }

    /// <summary>The number of its last change among all changes of the session's presence.</summary>
    public long Change { get; set; }

    public long Bytes => State.Length + Overhead;

    public AwarenessEntry Entry => new(ClientId, Clock, State);

    /// <summary>
    /// The same client under the next clock: a stock client that hears it of itself sends it to all others.
    /// </summary>
    public AwarenessEntry NextEntry => new(ClientId, Clock + 1, State);

    /// <summary>The removal of this client under the clock that is known.</summary>
    public AwarenessEntry Removal => new(ClientId, Clock, AwarenessEntry.NullState);

    /// <summary>
    /// What this node says of the client: that it is not here, where only other nodes say that it is there.
    /// </summary>
    public AwarenessEntry OwnEntry => IsNull || Claims.HasOwner ? Entry : Removal;

    /// <summary>Whether the id belongs to another user than this one.</summary>
    public bool IsOfAnother(PresenceUser user) => User.IsKnown && User != user;

    /// <summary>What this record would take with another state.</summary>
    public static long BytesWith(in AwarenessEntry entry) => entry.State.Length + Overhead;
}
