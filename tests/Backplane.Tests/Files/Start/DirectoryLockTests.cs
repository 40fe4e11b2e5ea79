using Relay.Backplane.Support;

namespace Relay.Backplane.Files;

public sealed class DirectoryLockTests
{
    [Fact]
    public void One_at_a_time_has_a_directory_and_the_file_of_the_lock_stays()
    {
        using var home = new TestDirectory();
        var first = DirectoryLock.Take(home.Path);
        var error = Assert.Throws<FileLogStartException>(() => DirectoryLock.Take(home.Path));
        Assert.True(error.IsInUse);
        Assert.Contains(home.Path, error.Message);

        first.Dispose();

        Assert.True(File.Exists(Path.Combine(home.Path, "lock")));
        DirectoryLock.Take(home.Path).Dispose();
    }
}
