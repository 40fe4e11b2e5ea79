using Relay.Backplane.Support;

namespace Relay.Backplane.Files;

public sealed class WriteHealthTests
{
    [Fact]
    public void An_episode_of_failures_is_logged_once_and_so_is_its_end()
    {
        var logger = new TestLogger();
        var health = new WriteHealth(logger);
        health.Report(null, "before");
        Assert.Empty(logger.All);

        for (var episode = 1; episode <= 2; episode++)
        {
            health.Report(new IOException("No space left."), "first");
            health.Report(new IOException("No space left."), "second");
            Assert.True(health.IsFailing);
            Assert.Equal(episode, logger.Of(BackplaneEventId.FileLogWriteFailed).Length);
            Assert.Contains("first", logger.All[^1]);

            health.Report(null, "third");
            health.Report(null, "fourth");
            Assert.False(health.IsFailing);
            Assert.Equal(episode, logger.Of(BackplaneEventId.FileLogWritesAgain).Length);
            Assert.Contains("third", logger.All[^1]);
        }
    }
}
