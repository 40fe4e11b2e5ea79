namespace Relay.Sessions;

/// <summary>
/// What one connection still waits to hear about its messages. Those with something new settle in the order of the
/// outbox, and so in the order in which they came; one that could be answered at once waits for those before it.
/// Belongs to the session's mailbox.
/// </summary>
internal sealed class ReceiptState
{
    /// <summary>Messages of this connection that went into the outbox so far.</summary>
    public long Taken { get; set; }

    /// <summary>Messages of this connection that came out of the outbox, or out of the log, so far.</summary>
    public long Landed { get; set; }

    /// <summary>The number, among the session's appends, of the last one with a message of this connection.</summary>
    public long LastAppend { get; set; }

    /// <summary>What waits until so many have landed, in order. Most connections never need it.</summary>
    public Queue<(long After, Receipt Receipt)>? Held { get; set; }
}
