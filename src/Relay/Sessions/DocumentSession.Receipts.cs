namespace Relay.Sessions;

/// <summary>
/// Receipts: every SyncStep2 and Update of a connection is answered exactly once, in the order of their arrival, when
/// it is in the log, and before its writer sees it come back. How that is said is the protocol's matter; one
/// that says nothing has the echo.
/// </summary>
internal sealed partial class DocumentSession
{
    /// <summary>
    /// How many receipts may wait for the parts of an answer while their messages are settled already. Beyond that,
    /// what the client sends counts against what it may have waiting, so that receipts take bounded memory.
    /// </summary>
    private const int MostEarlyReceipts = 1000;

    /// <summary>An answer that is known already, to a message that never was in the outbox.</summary>
    private static void Answer(Attachment attachment, in Receipt receipt)
    {
        var state = attachment.Receipts;
        if (state.Taken == state.Landed)
        {
            Settle(attachment, Give(attachment, receipt));
        }
        else
        {
            (state.Held ??= new()).Enqueue((state.Taken, receipt));
        }
    }

    /// <summary>
    /// A message that was in the outbox is in the log. Nothing is sent yet: whoever calls this pumps the writer, or
    /// delivers to all.
    /// </summary>
    /// <param name="item">The message.</param>
    /// <param name="content">What is to be sent back to its writer alone; nothing if the entry is delivered to
    /// all.</param>
    /// <returns>The bytes that are settled with it, for <see cref="Settle"/>.</returns>
    private static long Land(in OutboxItem item, ReadOnlyMemory<byte> content)
    {
        if (item.From is not { IsAttached: true } writer)
        {
            return 0;
        }

        var state = writer.Receipts;
        state.Landed++;

        // Others may build on it, and their structs come with the answer to a question that did not have it.
        writer.Delivery.IsExact &= writer.Delivery.Follows;
        var settled = Give(writer, new Receipt(ReceiptKind.Accepted, content, item.Settles));
        while (state.Held is { Count: > 0 } held && held.Peek().After <= state.Landed)
        {
            settled += Give(writer, held.Dequeue().Receipt);
        }

        return settled;
    }

    /// <summary>Lands all messages of an entry.</summary>
    private static void Land(IReadOnlyList<OutboxItem> items)
    {
        for (var i = 0; i < items.Count;)
        {
            // Usually all are of one writer: its connection is told once.
            var from = items[i].From;
            long settled = 0;
            for (; i < items.Count && items[i].From == from; i++)
            {
                settled += Land(items[i], default);
            }

            Settle(from, settled);
        }
    }

    private static void Settle(Attachment? attachment, long bytes)
    {
        if (bytes > 0)
        {
            attachment!.Connection.Settled(bytes);
        }
    }

    /// <summary>
    /// Puts the receipt's frame where the connection takes it from; without one, the bytes that are settled at once.
    /// </summary>
    private static long Give(Attachment attachment, in Receipt receipt)
    {
        var format = attachment.Connection.Format;
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
        var delivery = attachment.Delivery;
        var waits = format.AsksWhenAsked && delivery.Parts.Count > 0 && delivery.Direct.Count < MostEarlyReceipts;
        delivery.Direct.Enqueue((frame, waits ? 0 : receipt.Settles));
        return waits ? receipt.Settles : 0;
    }
}
