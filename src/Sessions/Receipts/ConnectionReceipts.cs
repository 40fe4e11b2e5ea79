namespace Relay.Sessions;

/// <summary>
/// The receipts of one connection: each of its SyncStep2 and Update messages is answered exactly once, in the order of
/// their arrival, when it is in the log, and before its writer sees it come back. The protocol says how; one without
/// receipts has the echo. Belongs to the session's mailbox.
/// </summary>
/// <remarks>
/// Messages with something new settle in the order of the outbox, and so in the order in which they came. One that
/// could be answered at once waits for those before it.
/// </remarks>
internal sealed class ConnectionReceipts(ISessionConnection connection, DeliveryState delivery)
{
    /// <summary>
    /// How many receipts may wait for the parts of an answer while their messages are settled already. Beyond that,
    /// what the client sends counts against what it may have waiting, so that receipts take bounded memory.
    /// </summary>
    private const int MostEarlyReceipts = 1000;

    private long taken;
    private long acknowledged;

    /// <summary>What waits until so many are acknowledged, in order. Most connections never need it.</summary>
    private Queue<(long After, Receipt Receipt)>? held;

    /// <summary>Whether everything that this connection had in the outbox is in the log.</summary>
    public bool IsAllAcknowledged => taken == acknowledged;

    /// <summary>A message went into the outbox.</summary>
    public void Take() => taken++;

    /// <summary>Answers a message that never was in the outbox.</summary>
    public void Answer(in Receipt receipt)
    {
        if (IsAllAcknowledged)
        {
            Settle(Give(receipt));
        }
        else
        {
            (held ??= new()).Enqueue((taken, receipt));
        }
    }

    /// <summary>
    /// A message that was in the outbox is in the log. The caller sends the connection its receipts.
    /// </summary>
    /// <param name="settles">The bytes of the message.</param>
    /// <param name="content">
    /// What is sent back to this writer alone; empty if the entry is delivered to all connections.
    /// </param>
    /// <returns>The bytes that are settled with it, for <see cref="Settle"/>.</returns>
    public long Acknowledge(int settles, ReadOnlyMemory<byte> content)
    {
        acknowledged++;
        delivery.LogsOwn();
        var settled = Give(new Receipt(ReceiptKind.Accepted, content, settles));
        while (held is { Count: > 0 } && held.Peek().After <= acknowledged)
        {
            settled += Give(held.Dequeue().Receipt);
        }

        return settled;
    }

    /// <summary>Tells the connection which of its bytes are settled.</summary>
    public void Settle(long bytes)
    {
        if (bytes > 0)
        {
            connection.Settled(bytes);
        }
    }

    /// <summary>
    /// Puts the frame of a receipt where the connection takes it from.
    /// </summary>
    /// <returns>The bytes that are settled at once.</returns>
    private long Give(in Receipt receipt)
    {
        var format = connection.Format;
        var frame = receipt.Kind switch
        {
            ReceiptKind.Accepted => format.Accepted,
            ReceiptKind.Refused => format.Refused,
            _ => format.Marker(receipt.Content.Span),
        };
        if (frame.IsEmpty && receipt is { Kind: ReceiptKind.Accepted, Content.IsEmpty: false })
        {
            // Its writer sees that it is logged when it comes back, alone: a client that repeats an update after a
            // broken connection waits for that.
            frame = format.Update(receipt.Content.Span);
        }

        if (frame.IsEmpty)
        {
            return receipt.Settles;
        }

        // A receipt that waits for the parts of an answer is known already: it must not keep the client from sending
        // on.
        var waits = format.AsksWhenAsked && delivery.Parts.Count > 0 && delivery.Direct.Count < MostEarlyReceipts;
        delivery.Direct.Enqueue((frame, waits ? 0 : receipt.Settles));
        return waits ? receipt.Settles : 0;
    }
}
