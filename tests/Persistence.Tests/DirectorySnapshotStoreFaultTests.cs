using System.Runtime.InteropServices;
using Relay.Yjs;

namespace Relay.Persistence;

/// <summary>Disks that fill up, lie or are pulled out between any two steps of a write.</summary>
public sealed class DirectorySnapshotStoreFaultTests : IDisposable
{
    private const int DiskFull = 28;
    private const uint Nobody = 65534;

    private static readonly Snapshot Earlier = Samples.State(Samples.At(1, 1));
    private static readonly Snapshot Later = Samples.State(Samples.At(1, 2), null, 1, 2, 3);

    private readonly TemporaryDirectory directory = new();
    private readonly FakeTimeProvider time = new();
    private readonly DirectorySnapshotStore store;

    public DirectorySnapshotStoreFaultTests()
    {
        time.Advance(DateTimeOffset.UtcNow - time.GetUtcNow());
        store = DirectorySnapshotStore.Open(directory.Path, time);
    }

    private string Folder => Path.Combine(directory.Path, SnapshotKey.Folder(Samples.Document));

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task A_write_that_fails_at_any_step_says_so_stores_nothing_half_and_can_be_repeated()
    {
        foreach (var failing in Enum.GetValues<DirectoryWriteStep>()
            .Where(step => step != DirectoryWriteStep.RemoveTemporary))
        {
            var document = DocumentName.Create($"{failing}");
            var snapshot = Later with { Document = document };
            await store.WriteAsync(Earlier with { Document = document }, default).Soon();
            store.Writer.BeforeStep = (step, _) =>
            {
                if (step == failing)
                {
                    throw new IOException("No space left on device.", DiskFull);
                }
            };

            var exception = await Assert.ThrowsAsync<SnapshotStoreUnavailableException>(
                () => store.WriteAsync(snapshot, default).Soon());
            Assert.Contains("No space left on device", exception.Message);

            // Only after it was named can it be there, and then it is whole; the earlier one is there in any case, and
            // no temporary file is.
            var listed = await store.ListAsync(document, default).Soon();
            Assert.Equal(failing == DirectoryWriteStep.FlushFolders ? [2, 1] : [1L],
                listed.Select(s => s.Position.Offset));
            foreach (var info in listed)
            {
                Assert.Equal(SnapshotReadOutcome.Read, (await store.ReadAsync(document, info, default).Soon()).Outcome);
            }

            Assert.Equal(listed.Count,
                Directory.GetFiles(Path.Combine(directory.Path, SnapshotKey.Folder(document))).Length);

            store.Writer.BeforeStep = null;
            await store.WriteAsync(snapshot, default).Soon();
            Assert.Equal(2, (await store.ListAsync(document, default).Soon()).Count);
        }
    }

    [Theory]
    [InlineData("another byte")]
    [InlineData("a byte less")]
    [InlineData("a byte more")]
    [InlineData("nothing")]
    public async Task A_disk_that_gives_back_other_bytes_is_found_out_before_the_snapshot_gets_its_name(string what)
    {
        store.Writer.BeforeStep = (step, temporary) =>
        {
            if (step == DirectoryWriteStep.ReadBack)
            {
                var bytes = File.ReadAllBytes(temporary);
                bytes[^1] ^= 1;
                File.WriteAllBytes(temporary,
                    what switch
                    {
                        "another byte" => bytes,
                        "a byte less" => bytes[..^1],
                        "a byte more" => [.. bytes, 0],
                        _ => []
                    });
            }
        };

        await Assert.ThrowsAsync<SnapshotStoreUnavailableException>(() => store.WriteAsync(Later, default).Soon());

        Assert.Empty(await store.ListAsync(Samples.Document, default).Soon());
        Assert.Empty(Directory.GetFiles(Folder));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_first_writer_of_a_position_keeps_it(bool hardLinks)
    {
        var rival = DirectorySnapshotStore.Open(directory.Path, time);
        rival.Writer.HardLinks = store.Writer.HardLinks = hardLinks && store.Writer.HardLinks;
        var first = Later with { WrittenAt = Later.WrittenAt.AddHours(-1) };
        var rivalWrote = false;
        store.Writer.BeforeStep = (step, _) =>
        {
            if (step == DirectoryWriteStep.Name && !rivalWrote)
            {
                rivalWrote = true;
                rival.WriteAsync(first, default).Soon().GetAwaiter().GetResult();
            }
        };

        await store.WriteAsync(Later, default).Soon();

        var info = Assert.Single(await store.ListAsync(Samples.Document, default).Soon());
        Samples.AssertSame(first, (await store.ReadAsync(Samples.Document, info, default).Soon()).Snapshot);
        Assert.Single(Directory.GetFiles(Folder));
    }

    [Fact]
    public async Task Without_hard_links_snapshots_are_stored_all_the_same()
    {
        store.Writer.HardLinks = false;
        await store.WriteAsync(Later, default).Soon();
        await store.WriteAsync(Later with { WrittenAt = Later.WrittenAt.AddHours(1) }, default).Soon();

        var info = Assert.Single(await store.ListAsync(Samples.Document, default).Soon());
        Samples.AssertSame(Later, (await store.ReadAsync(Samples.Document, info, default).Soon()).Snapshot);
        Assert.Single(Directory.GetFiles(Folder));
    }

    [Fact]
    public async Task A_rivals_damaged_snapshot_fails_the_write_even_if_it_appears_at_the_last_moment()
    {
        store.Writer.BeforeStep = (step, _) =>
        {
            if (step == DirectoryWriteStep.Name)
            {
                File.WriteAllText(Path.Combine(Folder, SnapshotKey.Name(Later.Position)), "x");
            }
        };

        var exception = await Assert.ThrowsAsync<SnapshotStoreUnavailableException>(
            () => store.WriteAsync(Later, default).Soon());

        Assert.Contains("does not read and is kept", exception.Message);
        Assert.Equal("x", await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(Folder))));
    }

    [Fact]
    public async Task A_directory_that_goes_away_during_a_write_fails_it()
    {
        store.Writer.BeforeStep = (step, _) =>
        {
            if (step == DirectoryWriteStep.CreateFolder)
            {
                Directory.Delete(directory.Path, recursive: true);
            }
        };

        await Assert.ThrowsAsync<SnapshotStoreUnavailableException>(() => store.WriteAsync(Later, default).Soon());
    }

    [Fact]
    public async Task Leftovers_are_not_listed_and_are_removed_by_a_later_write_once_they_are_old()
    {
        await store.WriteAsync(Earlier, default).Soon();
        var leftover = Path.Combine(Folder, Guid.NewGuid().ToString("n") + ".tmp");
        await File.WriteAllTextAsync(leftover, "half a snapshot");
        Assert.Single(await store.ListAsync(Samples.Document, default).Soon());

        time.Advance(TimeSpan.FromMinutes(59));
        await store.WriteAsync(Later, default).Soon();
        Assert.True(File.Exists(leftover), "A temporary file of a living writer was removed.");

        time.Advance(TimeSpan.FromMinutes(2));
        await store.WriteAsync(Samples.State(Samples.At(1, 3)), default).Soon();
        Assert.False(File.Exists(leftover));
        Assert.Equal(3, Directory.GetFiles(Folder).Length);
    }

    [Fact]
    public async Task A_leftover_that_cannot_be_removed_fails_nothing()
    {
        store.Writer.BeforeStep = (step, _) =>
        {
            if (step == DirectoryWriteStep.RemoveTemporary)
            {
                throw new IOException("Busy.");
            }
        };

        await store.WriteAsync(Earlier, default).Soon();
        time.Advance(TimeSpan.FromHours(2));
        await store.WriteAsync(Later, default).Soon();

        Assert.Equal(2, (await store.ListAsync(Samples.Document, default).Soon()).Count);
    }

    [Fact]
    public async Task A_cancelled_write_leaves_no_temporary_file()
    {
        using var cancellation = new CancellationTokenSource();
        store.Writer.BeforeStep = (step, _) =>
        {
            if (step == DirectoryWriteStep.WriteTemporary)
            {
                cancellation.Cancel();
            }
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => store.WriteAsync(Later, cancellation.Token).Soon());

        Assert.Empty(Directory.GetFiles(Folder));
        await store.WriteAsync(Later, default).Soon();
    }

    [Fact]
    public async Task Snapshots_of_which_the_disk_tells_only_the_names_are_not_taken_for_none()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        await store.WriteAsync(Earlier, default).Soon();
        File.SetUnixFileMode(directory.Path, (UnixFileMode)0b111_101_101);
        var mode = File.GetUnixFileMode(Folder);
        File.SetUnixFileMode(Folder, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        try
        {
            var answer = Task.Factory.StartNew(
                () =>
                {
                    // Root may do everything, so this thread is not root towards files meanwhile. For others that
                    // changes nothing.
                    var before = (uint)SetFileSystemUser(Nobody);
                    var exception = Record.Exception(
                        () => store.ListAsync(Samples.Document, default).AsTask().GetAwaiter().GetResult());
                    _ = SetFileSystemUser(before);
                    return exception;
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
            Assert.IsType<SnapshotStoreUnavailableException>(await answer.Soon());
        }
        finally
        {
            File.SetUnixFileMode(Folder, mode);
        }

        Assert.Single(await store.ListAsync(Samples.Document, default).Soon());
    }

    [DllImport("libc", EntryPoint = "setfsuid")]
    private static extern int SetFileSystemUser(uint user);
}
