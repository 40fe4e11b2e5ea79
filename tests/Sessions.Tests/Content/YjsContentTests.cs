using Relay.Doubles;
using Relay.Yjs;

namespace Relay.Sessions;

public sealed class YjsContentTests
{
    private readonly IContent content = new YjsContentKind(true).Create();

    /// <summary>The engine counts it in each update, sessions once for those that are applied together.</summary>
    [Fact]
    public void Growth_leaves_out_what_the_engine_counts_in_every_update() =>
        Assert.Equal(UpdateCost.FixedBytes, GrowthLimit.FixedBytes);

    [Fact]
    public void An_extent_says_whether_an_update_is_still_new_and_nothing_when_it_is_not_known()
    {
        var diff = Read(Messages.Typed(1, 0, "ab"));
        Assert.True(diff.IsNew);
        Assert.NotEqual(default, diff.Extent);
        Assert.True(content.HasNoneOf(diff.Extent));
        Assert.True(content.TryApply(Messages.Typed(1, 0, "a"), out _, out _));
        Assert.False(content.HasNoneOf(diff.Extent));
        Assert.False(content.HasNoneOf(default));
    }

    [Fact]
    public void Only_updates_without_insertions_only_delete()
    {
        Assert.False(Read(Messages.Typed(1, 0, "a")).OnlyDeletes);
        Assert.True(content.TryApply(Messages.Typed(1, 0, "a"), out _, out _));
        Assert.True(Read(Messages.Deleted(1, 0)).OnlyDeletes);
        Assert.Equal(default, Read(Messages.Typed(1, 0, "a")));
    }

    [Fact]
    public void An_update_for_which_there_is_no_room_is_not_put_together()
    {
        Assert.True(content.TryRead(Messages.Typed(1, 0, "a"), 0, out var diff, out _));
        Assert.True(diff is { IsNew: true, Update.IsEmpty: true, Growth: > 0 });
    }

    [Fact]
    public void An_error_says_at_which_byte()
    {
        Assert.False(content.TryRead(new byte[] { 0, 0, 7 }, 1000, out var diff, out var error));
        Assert.Equal(default, diff);
        Assert.EndsWith($"(at byte {error.Offset})", error.ToString());
        Assert.NotEmpty(error.Message);
    }

    private InputDiff Read(byte[] update)
    {
        Assert.True(content.TryRead(update, long.MaxValue, out var diff, out var error), error.ToString());
        return diff;
    }
}
