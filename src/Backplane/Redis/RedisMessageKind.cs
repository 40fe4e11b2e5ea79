namespace Relay.Backplane;

/// <summary>What a channel message says. The numbers are on the wire.</summary>
internal enum RedisMessageKind : byte
{
    /// <summary>
    /// An entry that was appended: epoch, offset, partition count (8 bytes each), the id of the entry before it (8),
    /// then the entry as in the log.
    /// </summary>
    Entry = 1,

    /// <summary>As <see cref="Entry"/>, without the payload, which is to be read from the log.</summary>
    EntryByPosition = 2,

    /// <summary>Presence that changed: an awareness update.</summary>
    Awareness = 3,

    /// <summary>A position that a stored snapshot covers: epoch, offset, id (8 bytes each).</summary>
    Saved = 4,

    /// <summary>An application's own message: its sender (8 bytes), then the message.</summary>
    Stateless = 5,

    /// <summary>The node's own presence, and a question for the others': content of the sessions.</summary>
    Hello = 6,

    /// <summary>The answer to <see cref="Hello"/>.</summary>
    Here = 7,

    /// <summary>The node leaves the document; no more than the head.</summary>
    Bye = 8,

    /// <summary>Owners are asked to say their presence anew; no more than the head.</summary>
    Renew = 9,

    /// <summary>There is an order to all nodes; no more than the head.</summary>
    Order = 16,

    /// <summary>An order was carried out: its id (8 bytes), and what there was to do (4).</summary>
    OrderAnswer = 17,
}
