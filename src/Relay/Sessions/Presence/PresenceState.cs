namespace Relay.Sessions;

/// <summary>What a session knows about one connection's presence. Belongs to the session's mailbox.</summary>
internal sealed class PresenceState
{
    /// <summary>The client ids that this connection owns.</summary>
    public HashSet<ulong> Owned { get; } = [];

    /// <summary>Whether it has sent a presence frame.</summary>
    public bool HasSpoken { get; set; }

    /// <summary>The number of the last change that it was sent.</summary>
    public long Cursor { get; set; }

    /// <summary>It asked for everything.</summary>
    public bool WantsAll { get; set; }
}
