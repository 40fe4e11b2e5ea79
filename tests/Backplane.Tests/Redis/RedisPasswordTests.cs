using Relay.Backplane.Support;

namespace Relay.Backplane;

/// <summary>A Redis that asks for a password.</summary>
public sealed class RedisPasswordTests : RedisFixture
{
    // Read as a configuration string, it would name a server.
    private const string Password = "first,Xv7hush,name=Xv7hush=\" '\\;";

    [Fact]
    public async Task Any_characters_may_stand_in_a_password()
    {
        await Server.CommandAsync("CONFIG", "SET", "requirepass", Password);
        var node = await OpenAsync(Options with { Password = Password });
        Assert.Equal(3, (await node.FillAsync(Sample.Name(), 2)).Length);
    }

    [Fact]
    public async Task A_wrong_password_is_an_outage_and_is_repeated_nowhere()
    {
        await Server.CommandAsync("CONFIG", "SET", "requirepass", "another");
        var logger = new TestLogger();
        var options = Options with { Password = Password, Deadline = TimeSpan.FromSeconds(1) };
        var node = Keep(RedisBackplane.Open(options, logger, TimeProvider.System));
        var failed = await Assert.ThrowsAsync<BackplaneUnavailableException>(
            () => node.AppendAsync(Sample.Name(), 0, Sample.Update("x"u8.ToArray()), default).Soon());
        Assert.False(node.IsConnected);
        Assert.DoesNotContain("Xv7hush", failed + string.Concat(logger.All) + node, StringComparison.Ordinal);
    }
}
