using Relay.Doubles;

namespace Relay.Sessions;

/// <summary>Looks at all sessions of a node.</summary>
public sealed class LookTests
{
    [Fact]
    public void A_look_at_all_sessions_keeps_no_caller_waiting()
    {
        using var world = new World();
        world.Client();
        world.Run();
        var counted = 0;
        world.Sessions.LookAtAll(world.Sessions, (sessions, _) =>
        {
            var other = new Thread(() => counted = sessions.Count);
            other.Start();
            Assert.True(other.Join(TimeSpan.FromSeconds(60)));
        });
        Assert.Equal(1, counted);
    }

    [Fact]
    public void Each_look_sees_each_session_once_also_after_one_that_failed()
    {
        using var world = new World();
        world.Client();
        world.Run();
        Assert.Throws<InvalidOperationException>(
            () => world.Sessions.LookAtAll(0, static (_, _) => throw new InvalidOperationException()));
        var seen = new List<DocumentSession>();
        world.Sessions.LookAtAll(seen, static (seen, session) => seen.Add(session));
        Assert.Equal(World.Name, Assert.Single(seen).Name);
    }
}
