using Relay.Doubles;

namespace Relay.Sessions;

/// <summary>Which sources of a client's presence are its own.</summary>
public sealed class AwarenessClaimsTests
{
    [Fact]
    public void The_only_source_that_began_with_news_is_sure_and_stays_so()
    {
        using var world = new World();
        var claims = new AwarenessClaims();
        var owner = world.Client().Attachment;
        claims.Say(owner, 1, isSure: true);
        claims.Say(owner, 2, isSure: false);
        Assert.True(claims.HasSureOwnerAt(2));
        Assert.False(claims.HasSureOwnerAt(3));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_several_sources_none_is_sure_also_when_the_others_are_gone(bool isNode)
    {
        using var world = new World();
        var claims = new AwarenessClaims();
        var (owner, other) = (world.Client().Attachment, world.Client().Attachment);
        claims.Say(owner, 1, isSure: true);
        if (isNode)
        {
            claims.Say(World.ChannelIdOf(1), 1);
            claims.Drop(World.ChannelIdOf(1));
        }
        else
        {
            claims.Say(other, 1, isSure: true);
            claims.Drop(other);
        }

        Assert.True(claims.HasOwnerAt(1));
        Assert.False(claims.HasSureOwnerAt(1));
    }

    [Fact]
    public void Only_a_newer_clock_than_the_one_that_was_asked_about_answers()
    {
        using var world = new World();
        var claims = new AwarenessClaims();
        var owner = world.Client().Attachment;
        claims.Say(owner, 4, isSure: false);
        claims.Ask(owner, 5);
        claims.Say(owner, 5, isSure: false);
        Assert.False(claims.HasSureOwnerAt(5));
        claims.Say(owner, 6, isSure: false);
        Assert.True(claims.HasSureOwnerAt(6));
    }

    [Fact]
    public void What_a_node_of_unknown_name_passed_on_makes_its_first_owner_unsure()
    {
        using var world = new World();
        var claims = new AwarenessClaims();
        claims.Say(0, 1);
        claims.Say(world.Client().Attachment, 2, isSure: true);
        Assert.False(claims.HasOtherNode);
        Assert.False(claims.HasSureOwnerAt(2));
    }

    [Fact]
    public void What_a_node_of_unknown_name_passes_on_goes_with_the_node_that_said_it()
    {
        var claims = new AwarenessClaims();
        claims.Say(7, 1);
        claims.Say(0, 1);
        Assert.True(claims.Drop(7));
        Assert.True(claims.IsEmpty);
    }
}
