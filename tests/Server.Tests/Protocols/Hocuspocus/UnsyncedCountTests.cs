using Relay.Sessions;

namespace Relay.Protocols.Hocuspocus;

public sealed class UnsyncedCountTests
{
    private readonly UnsyncedCount count = new();

    [Fact]
    public void It_counts_as_a_provider_does()
    {
        Count(DocumentMessageKind.SyncStep1, 3);
        Count(DocumentMessageKind.Update, 2);
        Count(DocumentMessageKind.Awareness, 2);
        Assert.Equal(3, count.Value);
        for (var i = 0; i < 4; i++)
        {
            count.Acknowledge();
        }

        Assert.Equal(0, count.Value);
    }

    /// <summary>One message for each would be handed to the session, all at once.</summary>
    [Fact]
    public void Updates_to_a_denied_document_without_end_are_not_all_acknowledged_when_it_opens()
    {
        Count(DocumentMessageKind.SyncStep1, 1);
        Count(DocumentMessageKind.Update, 30 * UnsyncedCount.Most);
        using var resumption = new Resumption(isNew: false, default, count.Value, new FakeTimeProvider(), _ => { });
        var messages = new List<DocumentMessage> { new(DocumentMessageKind.SyncStep2, default, []) };
        resumption.Heard(messages);
        Assert.InRange(messages.Count, UnsyncedCount.Most / 2, UnsyncedCount.Most);
    }

    private void Count(DocumentMessageKind kind, int times)
    {
        for (var i = 0; i < times; i++)
        {
            count.Count(kind);
        }
    }
}
