using Relay.Doubles;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>How a node is taken out of the locator where it is listed without a session.</summary>
public sealed class StaleListingsTests
{
    [Fact]
    public void The_listing_is_removed_before_the_document_may_be_loaded_again()
    {
        using var world = new World();
        world.Locator.Held.Add(World.Name);
        world.Locator.Removing.IsShut = true;
        List<DocumentName> ended = [];
        _ = new StaleListings(world.Services(0)).RemoveAsync(World.Name, ended.Add);
        world.Run();
        Assert.Empty(ended);
        world.Locator.Removing.Open();
        world.Run();
        Assert.Equal([World.Name], ended);
        Assert.Empty(world.Locator.Held);
    }

    [Fact]
    public void A_removal_that_fails_is_left_to_the_next_one_that_asks()
    {
        using var world = new World();
        world.Locator.Removing.Failure = new TimeoutException("away");
        var services = world.Services(0);
        List<DocumentName> ended = [];
        _ = new StaleListings(services).RemoveAsync(World.Name, ended.Add);
        world.Run();
        Assert.Equal([World.Name], ended);
        Assert.True(services.LateRemovals.Take(World.Name));
    }
}
