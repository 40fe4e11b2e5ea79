using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>What a session knows about one connection's presence. Belongs to the session's mailbox.</summary>
internal sealed class PresenceState
{
    /// <summary>The user of the connection.</summary>
    public PresenceUser User { get; init; }

    /// <summary>The client ids that this connection owns.</summary>
    public HashSet<ClientKey> Owned { get; } = [];

    /// <summary>Whether it has sent a presence frame.</summary>
    public bool HasSpoken { get; set; }

    /// <summary>
    /// Whether it may have heard of presence when it said what arrives now. Presence is sent behind the node's
    /// SyncStep1, so a client that has not answered that has heard of none.
    /// </summary>
    public bool MayHaveHeard { get; set; }

    /// <summary>
    /// Whether its client has never been at this document: its state vector was empty when the document was not.
    /// So it knows no clocks either.
    /// </summary>
    public bool IsNew { get; set; }

    /// <summary>
    /// The client has answered the node's question for its document. Unless it is new, it may have been here a moment
    /// ago: stock clients forget the other clients when their connection ends, but not the clocks, and ignore entries
    /// under clocks that they know.
    /// </summary>
    /// <returns>Whether the clients that are there are to be told to it again.</returns>
    public bool MayHaveForgotten()
    {
        var isFirst = !MayHaveHeard;
        MayHaveHeard = true;
        return isFirst && !IsNew;
    }

    /// <summary>Whether the node's log says already that presence of this connection was not taken.</summary>
    public bool IsReported { get; set; }

    /// <summary>Whether the node's SyncStep1 was sent, behind which presence may go.</summary>
    public bool WasAsked { get; set; }

    /// <summary>The number of the last change that it was sent.</summary>
    public long Cursor { get; set; }

    /// <summary>It asked for everything.</summary>
    public bool WantsAll { get; set; }
}
