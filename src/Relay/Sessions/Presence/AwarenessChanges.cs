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

    /// <summary>The connection broke its limits; nothing more of its frame was applied.</summary>
    public bool IsTooMuch { get; set; }
}
