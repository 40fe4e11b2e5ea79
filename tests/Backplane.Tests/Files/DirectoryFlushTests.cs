using Relay.Backplane.Support;

namespace Relay.Backplane.Files;

public sealed class DirectoryFlushTests
{
    [Fact]
    public void A_directory_is_flushed_and_one_that_is_not_there_is_not()
    {
        using var home = new TestDirectory();
        DirectoryFlush.Flush(home.Path);
        Assert.Throws<IOException>(() => DirectoryFlush.Flush(Path.Combine(home.Path, "gone")));
    }

    [Fact]
    public void A_file_system_that_cannot_flush_directories_is_no_failure()
    {
        // Linux says so of this one (EINVAL), as of some network file systems. Otherwise no segment on such a one would
        // ever be removed.
        if (OperatingSystem.IsLinux())
        {
            DirectoryFlush.Flush("/proc/self");
        }
    }
}
