namespace Relay.Reports;

public sealed class LiveNodesTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    private readonly LiveNodes nodes = new("self", TimeSpan.FromSeconds(5));

    [Fact]
    public void A_node_that_is_listed_no_more_has_ended_once()
    {
        Assert.Equal("|", At(0, "self", "other"));
        Assert.Equal("other|", At(1, "self"));
        Assert.Equal("|", At(2, "self"));
    }

    [Fact]
    public void A_node_that_is_listed_again_has_returned_once()
    {
        At(0, "self", "other");
        At(1, "self");
        Assert.Equal("|other", At(2, "self", "other"));
        Assert.Equal("|", At(3, "self", "other"));
        Assert.Equal("other|", At(4, "self"));
    }

    [Fact]
    public void A_listing_that_failed_or_lacks_this_node_ends_no_node_until_others_had_the_time_to_report()
    {
        At(0, "self", "alive", "dead");
        Assert.Equal("|", At(1, null));
        Assert.Equal("|", At(2, "other"));
        Assert.Equal("|", At(3, "self"));
        Assert.Equal("|", At(6, "self", "alive"));
        Assert.Equal("dead|", At(7, "self", "alive"));
    }

    [Fact]
    public void A_node_that_was_never_listed_has_not_ended()
    {
        At(0, "self");
        Assert.Equal("|", At(1, "self"));
    }

    /// <summary>Who has ended, and who has returned.</summary>
    private string At(int second, params string[]? listed)
    {
        var (ended, returned) = nodes.Compare(listed, Start.AddSeconds(second));
        return $"{string.Join(',', ended)}|{string.Join(',', returned)}";
    }
}
