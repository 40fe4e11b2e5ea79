using Relay.Doubles;

namespace Relay.Protocols.Hocuspocus;

/// <summary>When a new token is asked for, and when the right to a document ends.</summary>
public sealed class TokenWatchTests : IDisposable
{
    private readonly ManualTime time = new();
    private readonly List<string> told = [];
    private readonly DateTimeOffset start;
    private readonly TokenWatch watch;

    public TokenWatchTests()
    {
        start = time.GetUtcNow();
        watch = new TokenWatch(time, () => Tell("ask"), () => Tell("end"));
    }

    public void Dispose() => watch.Dispose();

    [Fact]
    public void A_new_token_is_asked_for_a_minute_before_the_end_and_again_until_the_last_moment()
    {
        watch.Watch(start.AddMinutes(10));
        Advance(600);
        Assert.Equal(["ask 540", "ask 570", "ask 585", "ask 592.5", "end 600"], told);
        Advance(600);
        Assert.Equal(5, told.Count);
    }

    [Fact]
    public void Of_a_short_token_half_of_its_time_passes_first()
    {
        watch.Watch(start.AddSeconds(30));
        Advance(30);
        Assert.Equal(["ask 15", "ask 22.5", "end 30"], told);
    }

    [Fact]
    public void A_renewed_token_ends_when_that_one_does_and_one_without_end_never()
    {
        watch.Watch(start.AddMinutes(5));
        Advance(250);
        watch.Watch(start.AddMinutes(20));
        Advance(800);
        Assert.Equal(["ask 240"], told);
        watch.Watch(DateTimeOffset.MaxValue);
        Advance(100_000);
        Assert.Equal(["ask 240"], told);
    }

    [Fact]
    public void A_token_that_lasts_longer_than_any_timer_is_watched_all_the_same()
    {
        watch.Watch(start.AddDays(100));
        Advance(100 * 86_400);
        Assert.Equal(5, told.Count);
        Assert.Equal("end 8640000", told[^1]);
    }

    [Fact]
    public void A_token_that_has_ended_ends_the_right_at_once()
    {
        watch.Watch(start.AddSeconds(-1));
        Advance(0.001);
        Assert.StartsWith("end", Assert.Single(told), StringComparison.Ordinal);
    }

    [Fact]
    public void A_document_that_is_closed_is_watched_no_more()
    {
        watch.Watch(start.AddMinutes(5));
        watch.Dispose();
        watch.Watch(start.AddMinutes(6));
        Advance(600);
        Assert.Empty(told);
    }

    private void Tell(string what) =>
        told.Add(FormattableString.Invariant($"{what} {Math.Round((time.GetUtcNow() - start).TotalSeconds, 3)}"));

    private void Advance(double seconds) => time.Advance(TimeSpan.FromSeconds(seconds), () => { });
}
