using System.Diagnostics;
using System.Globalization;

namespace Relay.Persistence;

/// <summary>
/// Processes that die while they write: what they said was stored is there, and whatever is listed reads.
/// </summary>
public sealed class KilledWriterTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task After_a_kill_in_any_moment_every_listed_snapshot_reads_and_every_reported_one_is_listed()
    {
        var seed = TestSeed.Next();
        output.WriteLine($"RELAY_TEST_SEED={seed}");
        var random = new Random(seed);
        var reported = new List<string>();
        var leftovers = 0;
        for (var round = 1; round <= 8; round++)
        {
            using var child = Start("dotnet",
                [typeof(KilledWriter).Assembly.Location, "snapshots", directory.Path, Text(round),
                    Text(random.Next()), "300000"]);
            try
            {
                for (var lines = random.Next(1, 25); lines > 0; lines--)
                {
                    reported.Add(await child.StandardOutput.ReadLineAsync().WaitAsync(Limit)
                        ?? throw new InvalidOperationException(await child.StandardError.ReadToEndAsync()));
                }
            }
            finally
            {
                child.Kill();
            }

            reported.AddRange(
                (await child.StandardOutput.ReadToEndAsync().WaitAsync(Limit))
                .Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(IsWhole));
            await child.WaitForExitAsync().WaitAsync(Limit);
            leftovers = Directory.GetFiles(directory.Path, "*.tmp", SearchOption.AllDirectories).Length;
            await AssertAllReadsAsync(reported);
        }

        output.WriteLine($"{reported.Count} snapshots, {leftovers} leftovers");

        // Two hours later, what the dead left behind goes with the next write.
        var time = new FakeTimeProvider();
        time.Advance(DateTimeOffset.UtcNow.AddHours(2) - time.GetUtcNow());
        var store = DirectorySnapshotStore.Open(directory.Path, time);
        for (var number = 0; number < KilledWriter.Documents; number++)
        {
            await store.WriteAsync(Samples.State(Samples.At(1000, 1), KilledWriter.Document(number)), default).Soon();
        }

        Assert.Empty(Directory.GetFiles(directory.Path, "*.tmp", SearchOption.AllDirectories));
        await AssertAllReadsAsync(reported);
    }

    [Fact]
    public async Task On_a_disk_that_is_really_full_a_write_fails_and_everything_stored_before_reads()
    {
        // A file system of 2 MiB in a mount namespace of its own: as root, or where the system lets users make
        // namespaces. Elsewhere the fault tests have to do.
        const string Script =
            "mount -t tmpfs -o size=2m none \"$0\" && dotnet \"$1\" snapshots \"$0\" 1 7 100000; code=$?; cp -r "
                + "\"$0\"/. \"$2\"; exit $code";
        Assert.SkipUnless(OperatingSystem.IsLinux() && await CanMountAsync(), "Users cannot make namespaces here.");
        using var copy = new TemporaryDirectory();
        using var child = Start("unshare",
            ["-rm", "sh", "-c", Script, directory.Path, typeof(KilledWriter).Assembly.Location, copy.Path]);
        List<string> reported;
        string error;
        try
        {
            reported = [
                .. (await child.StandardOutput.ReadToEndAsync().WaitAsync(Limit))
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)];
            error = await child.StandardError.ReadToEndAsync().WaitAsync(Limit);
            await child.WaitForExitAsync().WaitAsync(Limit);
        }
        finally
        {
            child.Kill(entireProcessTree: true);
        }

        Assert.True(child.ExitCode == 3, $"{child.ExitCode}: {error}");
        Assert.Contains("Cannot write a snapshot", error);
        Assert.NotEmpty(reported);
        Assert.Empty(Directory.GetFiles(copy.Path, "*.tmp", SearchOption.AllDirectories));
        await AssertAllReadsAsync(reported, copy.Path);
        output.WriteLine($"{reported.Count} snapshots until: {error}");
    }

    private static async Task<bool> CanMountAsync()
    {
        try
        {
            using var probe = Start("unshare", ["-rm", "sh", "-c", "mount -t tmpfs none /mnt"]);
            await probe.WaitForExitAsync().WaitAsync(Limit);
            return probe.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private async Task AssertAllReadsAsync(List<string> reported, string? path = null)
    {
        var store = DirectorySnapshotStore.Open(path ?? directory.Path, TimeProvider.System);
        var listed = new HashSet<string>();
        for (var number = 0; number < KilledWriter.Documents; number++)
        {
            foreach (var info in await store.ListAsync(KilledWriter.Document(number), default).Soon())
            {
                var result = await store.ReadAsync(KilledWriter.Document(number), info, default).Soon();
                Assert.True(result.Outcome == SnapshotReadOutcome.Read, $"{number} {info.Position}: {result.Problem}");
                listed.Add($"{number} {SnapshotKey.Name(info.Position)}");
            }
        }

        Assert.Subset(listed, reported.ToHashSet());
    }

    /// <summary>The last line may have been cut by the kill.</summary>
    private static bool IsWhole(string line) => line.Length == "0 ".Length + SnapshotKey.NameLength;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static Process Start(string file, IEnumerable<string> arguments) =>
        Process.Start(
            new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
}
