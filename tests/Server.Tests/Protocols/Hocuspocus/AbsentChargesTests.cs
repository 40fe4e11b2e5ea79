using Relay.Sessions;
using Relay.Sockets.Backpressure;

namespace Relay.Protocols.Hocuspocus;

/// <summary>What a socket may keep for documents that are not open, and that all of it is given back.</summary>
public sealed class AbsentChargesTests
{
    private readonly UnadmittedBudget budget = new(new BufferBudget(80_000, TimeProvider.System));

    [Fact]
    public void What_was_charged_is_given_back_with_its_document()
    {
        var charges = new AbsentCharges(budget);
        var document = new AbsentDocument(AddressState.Asked, new UnsyncedCount()) { Cost = charges.TryAdd("d") };
        Keep(charges, document, Message(DocumentMessageKind.Update, 100));
        charges.Drop(document, Message(DocumentMessageKind.SyncStep1, 30));
        Assert.Equal(document.Cost + AbsentCharges.MessageCost + 100 + 30, budget.Used);
        charges.DropKept(document);
        Assert.Equal(document.Cost + 30, budget.Used);
        charges.Release(document);
        Assert.Equal(0, budget.Used);
    }

    [Fact]
    public void A_message_that_is_not_kept_after_all_costs_nothing()
    {
        var charges = new AbsentCharges(budget);
        var message = Message(DocumentMessageKind.Update, 100);
        Assert.Equal(KeepOutcome.Kept, charges.TryKeep(message, isFirst: true));
        charges.Undo(message, isFirst: true);
        Assert.Equal(0, budget.Used);
    }

    [Fact]
    public void Of_a_question_that_is_too_long_nothing_is_kept()
    {
        var charges = new AbsentCharges(budget);
        var document = new AbsentDocument(AddressState.Denied, new UnsyncedCount());
        charges.Drop(document, Message(DocumentMessageKind.SyncStep1, AbsentCharges.MaxQuestionBytes));
        Assert.Equal(AbsentCharges.MaxQuestionBytes, document.Question.Length);
        charges.Drop(document, Message(DocumentMessageKind.SyncStep1, AbsentCharges.MaxQuestionBytes + 1));
        Assert.Equal(0, document.Question.Length);
    }

    [Fact]
    public void A_socket_that_has_too_much_is_told_apart_from_a_node_that_is_full()
    {
        var charges = new AbsentCharges(budget);
        var large = Message(DocumentMessageKind.Update, (int)budget.MaxBytes);
        Assert.Equal(KeepOutcome.NoRoom, charges.TryKeep(large, isFirst: true));
        var tooLarge = large with { Bytes = (int)AbsentCharges.MaxKeptBytes + 1 };
        Assert.Equal(KeepOutcome.TooMuch, charges.TryKeep(tooLarge, isFirst: true));
    }

    private static void Keep(AbsentCharges charges, AbsentDocument document, DocumentMessage message)
    {
        Assert.Equal(KeepOutcome.Kept, charges.TryKeep(message, isFirst: document.Kept.Count == 0));
        document.Keep(message);
    }

    private static DocumentMessage Message(DocumentMessageKind kind, int bytes) =>
        new(kind, new byte[bytes], [], Bytes: bytes);
}
