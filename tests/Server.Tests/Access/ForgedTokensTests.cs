using System.Net;

namespace Relay.Access;

public sealed class ForgedTokensTests
{
    private static readonly IPAddress Here = IPAddress.Parse("10.0.0.1");
    private static readonly IPAddress There = IPAddress.Parse("10.0.0.2");
    private static readonly TokenVerdict Wrong = new(null, "wrong", IsForged: true);
    private static readonly TokenVerdict Good = new(Grant.Everything, null);

    private readonly FakeTimeProvider time = new();

    [Fact]
    public void An_address_that_sends_wrong_signatures_gets_few_of_them_checked()
    {
        var forged = new ForgedTokens(time);
        Assert.Equal(ForgedTokens.PerMinute, Checked(forged, 1000));
        Assert.True(forged.MayCheck(There, "any"));
        Assert.True(forged.MayCheck(Here, null));
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(ForgedTokens.PerMinute / 6, Checked(forged, 1000));
    }

    [Fact]
    public void Tokens_that_were_accepted_are_not_held_back_by_others_of_their_address()
    {
        var forged = new ForgedTokens(time);
        forged.Checked(Here, "good", Good);
        Checked(forged, 1000);
        Assert.True(forged.MayCheck(Here, "good"));
        Assert.False(forged.MayCheck(Here, "unknown"));
    }

    [Fact]
    public void Tokens_that_are_refused_for_other_reasons_do_not_count()
    {
        var forged = new ForgedTokens(time);
        for (var i = 0; i < 1000; i++)
        {
            forged.Checked(Here, "ended", new TokenVerdict(null, "The token has ended."));
        }

        Assert.True(forged.MayCheck(Here, "any"));
    }

    private static int Checked(ForgedTokens forged, int tries)
    {
        var done = 0;
        for (var i = 0; i < tries; i++)
        {
            if (forged.MayCheck(Here, "token" + i))
            {
                forged.Checked(Here, "token" + i, Wrong);
                done++;
            }
        }

        return done;
    }
}
