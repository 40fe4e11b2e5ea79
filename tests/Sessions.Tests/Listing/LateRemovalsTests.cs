using Relay.Yjs;

namespace Relay.Sessions;

public sealed class LateRemovalsTests
{
    [Fact]
    public void Each_is_taken_once_and_the_last_ones_are_remembered()
    {
        var late = new LateRemovals();
        late.Add(Name(0));
        late.Add(Name(0));
        Assert.True(late.Take(Name(0)));
        Assert.False(late.Take(Name(0)));
        for (var i = 0; i < 10_000; i++)
        {
            late.Add(Name(i));
        }

        Assert.False(late.Take(Name(1)));
        Assert.True(late.Take(Name(9_999)));
    }

    private static DocumentName Name(int i) => DocumentName.Create($"doc{i}");
}
