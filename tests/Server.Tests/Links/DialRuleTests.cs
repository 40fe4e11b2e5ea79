using static Relay.Links.LinkSamples;

namespace Relay.Links;

public sealed class DialRuleTests
{
    private readonly NodeLinkOptions options = new();

    [Fact]
    public void Of_two_nodes_one_dials()
    {
        for (var one = 1; one < 12; one++)
        {
            for (var other = one + 1; other < 12; other++)
            {
                Assert.NotEqual(
                    DialRule.IsDialer(NodeOf(one), NodeOf(other)), DialRule.IsDialer(NodeOf(other), NodeOf(one)));
            }
        }
    }

    [Fact]
    public void The_one_that_dials_does_so_at_once_and_the_other_one_if_no_link_came()
    {
        Assert.Equal(TimeSpan.Zero, DialRule.Pause(options, isDialer: true, failures: 0, chance: 0.5));
        Assert.Equal(options.FallbackAfter, DialRule.Pause(options, isDialer: false, failures: 0, chance: 0.5));
        for (var failures = 1; failures < 100; failures++)
        {
            Assert.True(DialRule.Pause(options, isDialer: false, failures, 0) >= options.FallbackAfter * 0.75);
        }
    }

    [Fact]
    public void Pauses_grow_up_to_the_longest_and_half_of_each_is_chance()
    {
        var before = TimeSpan.Zero;
        for (var failures = 1; failures < 100; failures++)
        {
            var (least, most) = (DialRule.Pause(options, true, failures, 0),
                DialRule.Pause(options, true, failures, 1));
            Assert.Equal(most, least * 2);
            Assert.InRange(most, before, options.LongestPause);
            before = most;
        }

        Assert.Equal(options.LongestPause, before);
    }
}
