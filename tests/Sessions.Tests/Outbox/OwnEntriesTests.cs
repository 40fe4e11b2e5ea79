using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>Which entries that the channel brings are a session's own.</summary>
public sealed class OwnEntriesTests
{
    [Fact]
    public void What_is_in_flight_and_what_was_answered_last_is_known()
    {
        var own = new OwnEntries();
        Assert.Equal(OwnEntryState.NotOwn, own.StateOf(At(1)));
        Assert.Equal(OwnEntryState.NotOwn, own.StateOf(new Position(1, 0, EntryId.None)));
        own.Sends(At(1).Id);
        Assert.Equal(OwnEntryState.InFlight, own.StateOf(At(1)));
        own.WasAnswered(At(1));
        Assert.Equal(OwnEntryState.Answered, own.StateOf(At(1)));

        for (var offset = 2; offset <= OwnEntries.Remembered + 1; offset++)
        {
            own.Sends(At(offset).Id);
            own.WasAnswered(At(offset));
        }

        Assert.Equal(OwnEntryState.NotOwn, own.StateOf(At(1)));
        Assert.Equal(OwnEntryState.Answered, own.StateOf(At(2)));

        // The same entry at another position: of another log, after the first one was lost.
        Assert.Equal(OwnEntryState.NotOwn, own.StateOf(At(2) with { Epoch = 2 }));
    }

    [Fact]
    public void An_answer_with_an_earlier_try_ends_the_flight_of_the_last_one()
    {
        var own = new OwnEntries();
        own.Sends(At(1).Id);
        own.Sends(At(2).Id);
        Assert.Equal(OwnEntryState.NotOwn, own.StateOf(At(1)));
        own.WasAnswered(At(1));
        Assert.Equal(OwnEntryState.Answered, own.StateOf(At(1)));
        Assert.Equal(OwnEntryState.NotOwn, own.StateOf(At(2)));
    }

    private static Position At(long offset) => new(1, offset, new EntryId((ulong)offset + 100));
}
