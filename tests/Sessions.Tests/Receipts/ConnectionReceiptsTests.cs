using Relay.Doubles;

namespace Relay.Sessions;

/// <summary>Which message of a connection is acknowledged when.</summary>
public sealed class ConnectionReceiptsTests
{
    private static readonly byte[] Accepted = [8, 1];
    private static readonly byte[] Refused = [8, 0];

    [Fact]
    public void A_message_with_nothing_new_is_answered_at_once()
    {
        var (connection, attachment) = Connect(ReceiptFormat.Instance);
        attachment.Receipts.Answer(new Receipt(ReceiptKind.Accepted, default, 10));
        Assert.Equal([Accepted], Direct(attachment));
        Assert.Equal(0, connection.Settled);
    }

    [Fact]
    public void What_could_be_answered_at_once_waits_for_the_updates_before_it()
    {
        var (_, attachment) = Connect(ReceiptFormat.Instance);
        var receipts = attachment.Receipts;
        receipts.Take();
        receipts.Answer(new Receipt(ReceiptKind.Refused, default, 10));
        receipts.Take();
        receipts.Answer(new Receipt(ReceiptKind.Refused, default, 10));
        Assert.Empty(Direct(attachment));
        Assert.False(receipts.IsAllAcknowledged);

        Assert.Equal(0, receipts.Acknowledge(10, default));
        Assert.Equal([Accepted, Refused], Direct(attachment));
        receipts.Acknowledge(10, default);
        Assert.Equal([Accepted, Refused], Direct(attachment));
        Assert.True(receipts.IsAllAcknowledged);
    }

    [Fact]
    public void Without_receipts_the_bytes_are_settled_and_an_update_that_is_delivered_to_no_one_is_echoed()
    {
        var (connection, attachment) = Connect(OwnFormat());
        var receipts = attachment.Receipts;
        receipts.Take();
        receipts.Settle(receipts.Acknowledge(10, default));
        Assert.Equal(10, connection.Settled);
        Assert.Empty(Direct(attachment));

        receipts.Take();
        receipts.Settle(receipts.Acknowledge(5, new byte[] { 0, 0 }));
        Assert.Equal(10, connection.Settled);
        Assert.Single(Direct(attachment));
    }

    [Fact]
    public void Receipts_that_wait_for_the_parts_of_an_answer_keep_no_one_from_sending_until_they_are_many()
    {
        var (connection, attachment) = Connect(ReceiptFormat.Asking);
        attachment.Delivery.Parts.Enqueue(AnswerPart.Make(ReceiptFormat.Asking, [0, 0], endsAnswer: true));
        for (var i = 0; i < 1001; i++)
        {
            attachment.Receipts.Answer(new Receipt(ReceiptKind.Accepted, default, 1));
        }

        Assert.Equal(1000, connection.Settled);
    }

    [Fact]
    public void An_update_of_its_own_that_was_logged_makes_an_unanswered_question_inexact()
    {
        var (_, attachment) = Connect(ReceiptFormat.Instance);
        attachment.Delivery.IsExact = true;
        attachment.Receipts.Take();
        attachment.Receipts.Acknowledge(1, default);
        Assert.False(attachment.Delivery.IsExact);
    }

    private static FrameFormat OwnFormat() => Protocols.YWebSocket.YWebSocketFormat.Instance;

    private static (StubConnection Connection, Attachment Attachment) Connect(FrameFormat format)
    {
        var connection = new StubConnection { Format = format };
        return (connection, connection.Attach());
    }

    /// <summary>Takes the frames that wait, without their WebSocket headers.</summary>
    private static List<byte[]> Direct(Attachment attachment)
    {
        var frames = new List<byte[]>();
        while (attachment.Delivery.Direct.TryDequeue(out var direct))
        {
            frames.Add(direct.Frame[2..].ToArray());
        }

        return frames;
    }
}
