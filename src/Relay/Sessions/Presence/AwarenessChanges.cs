using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>What applying presence entries did.</summary>
internal sealed class AwarenessChanges
{
    /// <summary>The clients whose entries changed: they go to the connections, and to other nodes when the change was made here.</summary>
    public List<ulong> Clients { get; } = [];

    /// <summary>
    /// Removals to be sent to one connection alone, about its own client: a client that hears that it is gone answers with the next clock. So one that returns with the clock with which it was
    /// removed is seen at once, where others would wait for its next renewal.
    /// </summary>
    public List<(Attachment Connection, AwarenessEntry Removal)> Nudges { get; } = [];

    /// <summary>
    /// Clients that have come back on another node under a clock with which they are gone here: that node did not see them go. It is told again that they are gone, and makes them raise their clock, without which nobody here believes them.
    /// </summary>
    public List<ulong> Returned { get; } = [];

    /// <summary>The connection broke its limits; nothing more of its frame was applied.</summary>
    public bool IsTooMuch { get; set; }
}
