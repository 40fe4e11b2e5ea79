using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>What applying presence entries did.</summary>
internal sealed class AwarenessChanges
{
    /// <summary>The clients whose entries changed: they go to the connections.</summary>
    public List<ulong> Clients { get; } = [];

    /// <summary>
    /// The clients whose entries go to other nodes: those that changed here; those that this node says as well as
    /// another one; and those that have come back on another node under a clock with which they are gone here, so that
    /// it has them raise their clock.
    /// </summary>
    public List<ulong> Told { get; } = [];

    /// <summary>
    /// Entries to be sent to one connection alone, about its own client: its removal, or its own state under the next
    /// clock. A stock client answers both with its state under a clock that all clients take.
    /// </summary>
    public List<(Attachment Connection, AwarenessEntry Entry)> Nudges { get; } = [];

    /// <summary>
    /// A connection sent the removal of a client that it does not own, under the newest clock: its client does not
    /// show it any more. Stock clients do so when another tab of their browser loses its connection.
    /// </summary>
    public bool NeedsRenewal { get; set; }

    /// <summary>The limit that kept an entry out; null when all were taken.</summary>
    public string? Exceeded { get; set; }
}
