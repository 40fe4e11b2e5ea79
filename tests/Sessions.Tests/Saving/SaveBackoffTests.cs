using Relay.Doubles;

namespace Relay.Sessions;

/// <summary>When a save is tried again.</summary>
public sealed class SaveBackoffTests
{
    private readonly SessionSettings settings = SessionDefaults.Value;
    private readonly SaveBackoff backoff = new();

    [Fact]
    public void Failures_are_waited_for_longer_each_time_up_to_a_limit_and_a_save_ends_that()
    {
        using var bench = new PartBench();
        var environment = bench.Effects.Environment;
        Assert.True(backoff.MayBegin);
        var (first, isFirst) = backoff.OnFailed(settings, environment);
        Assert.True(isFirst);
        Assert.False(backoff.MayBegin);
        var (second, isSecond) = backoff.OnFailed(settings, environment);
        Assert.False(isSecond);
        Assert.True(second > first);
        for (var i = 0; i < 100; i++)
        {
            Assert.InRange(backoff.OnFailed(settings, environment).Wait, second, settings.LongestRetry);
        }

        backoff.OnSaved();
        Assert.True(backoff.MayBegin);
        Assert.True(backoff.OnFailed(settings, environment).IsFirst);
    }

    [Fact]
    public void A_claim_of_another_node_is_waited_for_shortly_by_a_session_that_leaves()
    {
        Assert.Equal(settings.SaveInterval, backoff.OnRefused(settings, isBeingLeft: false));
        Assert.True(backoff.IsSavedElsewhere);
        Assert.False(backoff.MayBegin);
        backoff.EndWait();
        Assert.True(backoff.MayBegin);
        Assert.Equal(settings.SavedElsewhereCheck, backoff.OnRefused(settings, isBeingLeft: true));
    }

    [Fact]
    public void Only_claims_that_a_leaving_session_waited_for_are_counted_and_a_save_starts_anew()
    {
        for (var i = 0; i < 5; i++)
        {
            backoff.OnRefused(settings, isBeingLeft: false);
        }

        Assert.False(backoff.IgnoresClaims);
        for (var i = 0; i < 3; i++)
        {
            backoff.OnRefused(settings, isBeingLeft: true);
        }

        Assert.True(backoff.IgnoresClaims);
        backoff.Clear();
        Assert.False(backoff.IgnoresClaims);
        Assert.False(backoff.IsSavedElsewhere);
    }
}
