using System.Diagnostics;
using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using Relay.Persistence.Metadata.Sqlite;

namespace Relay.Persistence.Metadata;

/// <summary>Processes that die in the middle of a batch, and disks that are full.</summary>
public sealed class SqliteProcessTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly MetadataFile file = new();

    public void Dispose() => file.Dispose();

    [Fact]
    public async Task After_a_kill_in_any_moment_each_batch_is_there_wholly_or_not_at_all()
    {
        var seed = TestSeed.Next();
        output.WriteLine($"RELAY_TEST_SEED={seed}");
        var random = new Random(seed);
        for (var round = 0; round < 3; round++)
        {
            File.Delete(file.Options.Path);
            using var child = Start(
                "dotnet", [typeof(KilledMetadataWriter).Assembly.Location, "metadata", file.Options.Path]);
            try
            {
                for (var lines = random.Next(1, 20); lines > 0; lines--)
                {
                    if (await child.StandardOutput.ReadLineAsync().WaitAsync(Limit) is null)
                    {
                        Assert.Fail(await child.StandardError.ReadToEndAsync());
                    }
                }
            }
            finally
            {
                child.Kill();
            }

            // The last line that is whole names a batch that is there.
            var rest = (await child.StandardOutput.ReadToEndAsync().WaitAsync(Limit)).Split('\n')[..^1];
            await child.WaitForExitAsync().WaitAsync(Limit);
            var said = rest.Length > 0 ? int.Parse(rest[^1], CultureInfo.InvariantCulture) : 1;
            Assert.InRange(await AssertWholeAsync(file.Options), said, long.MaxValue);
            File.Delete(file.Options.Path + "-wal");
        }
    }

    [Fact]
    public async Task On_a_disk_that_is_really_full_a_batch_waits_and_is_written_once_when_there_is_room()
    {
        // A file system of 2 MiB in a mount namespace of its own: as root, or where the system lets users make
        // namespaces.
        const string Script = """
            mount -t tmpfs -o size=2m none "$0" && head -c 1000000 /dev/zero > "$0/ballast" \
                && dotnet "$1" metadata "$0/metadata.db" "$0/ballast"; code=$?; cp -r "$0"/. "$2"; exit $code
            """;
        Assert.SkipUnless(OperatingSystem.IsLinux() && await CanMountAsync(), "Users cannot make namespaces here.");
        using var copy = new TemporaryDirectory();
        var mount = Path.GetDirectoryName(file.Options.Path)!;
        using var child = Start(
            "unshare", ["-rm", "sh", "-c", Script, mount, typeof(KilledMetadataWriter).Assembly.Location, copy.Path]);
        string said;
        try
        {
            said = await child.StandardOutput.ReadToEndAsync().WaitAsync(Limit);
            await child.WaitForExitAsync().WaitAsync(Limit);
        }
        finally
        {
            child.Kill(entireProcessTree: true);
        }

        Assert.True(child.ExitCode == 0, said + await child.StandardError.ReadToEndAsync().WaitAsync(Limit));
        Assert.Contains("full: ", said, StringComparison.Ordinal);
        var last = int.Parse(said.Trim().Split('\n')[^1], CultureInfo.InvariantCulture);
        Assert.Equal(last, await AssertWholeAsync(file.Options with { Path = Path.Combine(copy.Path, "metadata.db") }));
    }

    /// <summary>
    /// All rooms have the same batches, and the next start ends their connections. Returns the number of batches.
    /// </summary>
    private static async Task<long> AssertWholeAsync(SqliteMetadataOptions options)
    {
        await using var next = new SqliteMetadataWriter(options with { Incarnation = "next" }, TimeProvider.System);
        Assert.Equal(SchemaOutcome.Ready, await next.PrepareAsync(default).Soon());
        var text = new SqliteConnectionStringBuilder
        {
            DataSource = options.Path,
            Mode = SqliteOpenMode.ReadOnly,
            Pooling = false,
        };
        await using var connection = new SqliteConnection(text.ConnectionString);
        connection.Open();
        Assert.Equal("ok", connection.ExecuteScalar<string>("pragma integrity_check"));
        var batches = connection.ExecuteScalar<long>("select last_batch from nodes where incarnation = 'killed'");
        Assert.All(connection.Query<long>("select updates from rooms"), updates => Assert.Equal(batches, updates));
        Assert.Equal(batches * KilledMetadataWriter.Rooms, connection.ExecuteScalar<long>(
            "select count(*) from connections where close_code = 1006"));
        Assert.Equal(0, connection.ExecuteScalar<long>("select count(*) from connections where closed_at is null"));
        return batches;
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

    private static Process Start(string program, IEnumerable<string> arguments) =>
        Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
}
