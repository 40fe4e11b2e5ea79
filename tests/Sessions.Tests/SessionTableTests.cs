using Relay.Doubles;

namespace Relay.Sessions;

/// <summary>Which session of a document is joined, and when the next one may load; without a registry.</summary>
public sealed class SessionTableTests
{
    [Fact]
    public void A_document_has_one_session_which_may_load_once()
    {
        using var world = new World();
        var table = Table(world);
        var session = table.Join(World.Name, out var mayLoad);
        Assert.True(mayLoad);
        Assert.Same(session, table.Join(World.Name, out mayLoad));
        Assert.False(mayLoad);
        Assert.Same(session, table.Find(World.Name));
        Assert.Equal(1, table.Count);
    }

    [Fact]
    public void A_session_with_joins_to_see_does_not_retire()
    {
        using var world = new World();
        var table = Table(world);
        var session = table.Join(World.Name, out _);
        Assert.Same(session, table.Join(World.Name));
        table.EndJoin(session);
        Assert.False(table.TryRetire(session));
        table.EndJoin(session);
        Assert.True(table.TryRetire(session));
        Assert.Null(table.Find(World.Name));
        Assert.Null(table.Join(World.Name));
    }

    [Fact]
    public void The_next_session_loads_when_the_last_one_before_it_is_freed()
    {
        using var world = new World();
        var table = Table(world);
        table.Retire(table.Join(World.Name, out _));
        table.Retire(table.Join(World.Name, out _));
        var next = table.Join(World.Name, out var mayLoad);
        Assert.False(mayLoad);
        Assert.Equal(3, table.Count);
        Assert.Null(table.Free(World.Name, out _));
        var gone = table.WhenGoneAsync(World.Name);
        Assert.Same(next, table.Free(World.Name, out var waiter));
        waiter!.SetResult();
        Assert.True(gone.IsCompleted);
        Assert.Equal(1, table.Count);
    }

    [Fact]
    public void A_document_without_a_session_is_held_for_one_caller()
    {
        using var world = new World();
        var table = Table(world);
        Assert.Null(table.FindOrHold(World.Name, out var isHeld));
        Assert.True(isHeld);
        Assert.Null(table.FindOrHold(World.Name, out isHeld));
        Assert.False(isHeld);
        var session = table.Join(World.Name, out var mayLoad);
        Assert.False(mayLoad);
        Assert.Same(session, table.FindOrHold(World.Name, out isHeld));
        Assert.False(isHeld);
        Assert.Same(session, table.Free(World.Name, out _));
    }

    [Fact]
    public void A_node_that_stops_is_at_its_end_when_all_sessions_are_freed()
    {
        using var world = new World();
        var table = Table(world);
        var session = table.Join(World.Name, out _);
        Assert.False(table.IsAtEnd);
        Assert.Equal([session], table.Stop());
        table.Retire(session);
        Assert.False(table.IsAtEnd);
        table.Free(World.Name, out _);
        Assert.True(table.IsAtEnd);
        Assert.Null(table.FindOrHold(World.Name, out var isHeld));
        Assert.False(isHeld);
    }

    private static SessionTable Table(World world) =>
        new(name => new DocumentSession(name, world.Services(0), world.Sessions));
}
