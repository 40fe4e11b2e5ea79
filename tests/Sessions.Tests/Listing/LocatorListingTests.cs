using Relay.Doubles;

namespace Relay.Sessions;

/// <summary>A node's place in the locator for one document, without a session around it.</summary>
public sealed class LocatorListingTests
{
    [Fact]
    public void A_session_that_the_locator_was_not_told_of_has_no_place_to_give_back()
    {
        using var world = new ListingWorld();
        Assert.False(world.Listing.MayBeListed);
        world.Listing.Begin();
        Assert.True(world.Listing.MayBeListed);
    }

    [Fact]
    public async Task A_load_does_not_wait_for_a_locator_that_does_not_answer()
    {
        using var world = new ListingWorld();
        world.Locator.Adding.Failure = new TimeoutException("away");
        Assert.Null(await world.Listing.AddAsync(CancellationToken.None));
        world.Locator.Adding.Failure = null;
        world.Locator.Others.Add("10.0.0.2:80#1");
        Assert.Equal(["10.0.0.2:80#1"], await world.Listing.AddAsync(CancellationToken.None));
    }

    [Fact]
    public void A_late_addition_is_repeated_until_it_succeeds()
    {
        using var world = new ListingWorld();
        world.Listing.Begin();
        world.Locator.Adding.Failure = new TimeoutException("away");
        world.Bench.Do(() => world.Listing.AddAgain(isListed: false));
        world.Bench.Advance(TimeSpan.FromSeconds(5));
        Assert.InRange(world.Locator.Adding.Calls, 3, 8);
        world.Locator.Adding.Failure = null;
        world.Bench.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(["add"], world.Locator.Operations);
        Assert.Equal(world.Locator.Adding.Calls, world.Events.Count(e => e == "addition ended"));
    }

    [Fact]
    public void A_node_is_added_once_more_after_a_removal_that_may_still_take_effect()
    {
        using var world = new ListingWorld();
        world.Listing.Begin();
        world.Bench.Do(() => world.Listing.AddAgain(isListed: true));
        world.Bench.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(world.Locator.Operations);
        world.LateRemovals.Add(World.Name);
        world.Bench.Do(() => world.Listing.AddAgain(isListed: true));
        Assert.Empty(world.Locator.Operations);
        world.Bench.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(["add"], world.Locator.Operations);
    }

    [Fact]
    public void A_removal_that_fails_is_remembered()
    {
        using var world = new ListingWorld();
        world.Listing.Begin();
        world.Locator.Removing.Failure = new TimeoutException("away");
        world.Bench.Do(world.Listing.Remove);
        Assert.True(world.LateRemovals.Take(World.Name));
        Assert.False(world.LateRemovals.Take(World.Name));
    }

    [Fact]
    public void A_removal_ends_with_no_place_in_the_locator()
    {
        using var world = new ListingWorld();
        world.Listing.Begin();
        world.Bench.Do(world.Listing.Remove);
        Assert.Equal(["removed"], world.Events);
        Assert.True(world.Listing.IsRemoved);
        Assert.False(world.Listing.MayBeListed);
    }

    [Fact]
    public void A_removal_that_fails_is_tried_five_times()
    {
        using var world = new ListingWorld();
        world.Listing.Begin();
        world.Locator.Removing.Failure = new TimeoutException("away");
        world.Bench.Do(world.Listing.Remove);
        Assert.Empty(world.Events);
        world.Bench.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(["removed"], world.Events);
        Assert.Equal(5, world.Locator.Removing.Calls);
    }

    [Fact]
    public void A_connection_that_comes_during_a_removal_has_the_node_added_after_it()
    {
        using var world = new ListingWorld();
        world.Listing.Begin();
        world.Locator.Removing.IsShut = true;
        world.Bench.Do(world.Listing.Remove);
        world.IsWanted = true;
        world.Bench.Do(world.Listing.Return);
        Assert.Equal(0, world.Locator.Adding.Calls);
        world.Locator.Removing.Open();
        world.Bench.Steps.Run();
        Assert.Equal(["remove", "add"], world.Locator.Operations);
        Assert.Equal(["returned"], world.Events);
        Assert.True(world.Listing.MayBeListed);
    }

    [Fact]
    public void A_connection_that_comes_between_two_tries_of_a_removal_has_the_node_added_at_once()
    {
        using var world = new ListingWorld();
        world.Listing.Begin();
        world.Locator.Removing.Failure = new TimeoutException("away");
        world.Bench.Do(world.Listing.Remove);
        world.Bench.Do(world.Listing.Return);
        Assert.Equal(["returned"], world.Events);
        world.Bench.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(1, world.Locator.Removing.Calls);
    }

    [Fact]
    public void A_return_that_fails_is_made_up_for_later()
    {
        using var world = new ListingWorld();
        world.Listing.Begin();
        world.Bench.Do(world.Listing.Remove);
        world.Locator.Adding.Failure = new TimeoutException("away");
        world.Bench.Do(world.Listing.Return);
        Assert.Equal(["removed", "returned"], world.Events);
        world.Locator.Adding.Failure = null;
        world.Bench.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["remove", "add"], world.Locator.Operations);
    }

    [Fact]
    public void A_session_that_is_closed_is_freed_after_the_call_to_the_locator_that_is_under_way()
    {
        using var world = new ListingWorld();
        world.Listing.Begin();
        world.Locator.Removing.IsShut = true;
        world.Bench.Do(world.Listing.Remove);
        world.Bench.Close();
        Assert.False(world.Bench.IsFreed);
        world.Locator.Removing.Open();
        world.Bench.Steps.Run();
        Assert.True(world.Bench.IsFreed);
        Assert.Empty(world.Events);
    }

    private sealed class ListingWorld : IListingSession, IDisposable
    {
        public ListingWorld() => Listing = new LocatorListing(Bench.Context(), Locator, LateRemovals, this);

        public PartBench Bench { get; } = new();

        public MemoryLocator Locator { get; } = new();

        public LateRemovals LateRemovals { get; } = new();

        public LocatorListing Listing { get; }

        public List<string> Events { get; } = [];

        public bool IsWanted { get; set; }

        public void OnAdditionEnded() => Events.Add("addition ended");

        public void OnRemoved() => Events.Add("removed");

        public void OnReturned() => Events.Add("returned");

        public void Dispose() => Bench.Dispose();
    }
}
