using System.Text;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

/// <summary>What several nodes say about presence comes to what the clients said last.</summary>
public sealed class MergedPresenceTests
{
    private readonly MergedPresence merged = new();

    [Fact]
    public void The_newest_clock_of_each_client_counts_whoever_is_asked_first()
    {
        merged.Add(PresenceUpdate((1, 5, "\"old\""), (2, 7, "\"new\"")));
        merged.Add(PresenceUpdate((1, 6, "\"new\""), (2, 6, "\"old\""), (3, 1, "\"alone\"")));
        Assert.Equal([(1, "\"new\""), (2, "\"new\""), (3, "\"alone\"")], Present());
    }

    [Fact]
    public void Who_went_is_not_there_for_a_node_that_has_not_heard_of_it()
    {
        merged.Add(PresenceUpdate((1, 5, "null"), (2, 4, "null")));
        merged.Add(PresenceUpdate((1, 5, "\"ghost\""), (2, 5, "\"back\"")));
        Assert.Equal([(2, "\"back\"")], Present());
    }

    [Fact]
    public void An_answer_that_does_not_read_and_none_at_all_change_nothing()
    {
        merged.Add(PresenceUpdate((1, 5, "\"here\"")));
        merged.Add(new byte[] { 9, 9 });
        merged.Add(null);
        Assert.Equal([(1, "\"here\"")], Present());
    }

    private IEnumerable<(ulong Client, string State)> Present() =>
        merged.Present.Select(entry => (entry.ClientId, Encoding.UTF8.GetString(entry.State.Span)));
}
