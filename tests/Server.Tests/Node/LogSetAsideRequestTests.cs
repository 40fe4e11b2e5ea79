using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Relay.Backplane;
using Relay.Doubles;
using Relay.Yjs;
using static Relay.Doubles.Messages;
using static Relay.Node.SnapshotRequests;

namespace Relay.Node;

/// <summary>A document whose log does not read is refused, alone, and an operator has a way out.</summary>
public sealed class LogSetAsideRequestTests : IDisposable
{
    private const string SetAside = Document + "/log/set-aside";
    private const string Stay = "Documents:IdleTimeout=01:00:00";

    private static readonly byte[] A = Typed(1, 0, "a");
    private static readonly byte[] B = Typed(2, 0, "find me here");
    private static readonly byte[] C = Typed(3, 0, "c");
    private static readonly byte[] D = Typed(4, 0, "d");
    private static readonly byte[] Damage = Encoding.ASCII.GetBytes("find ME here");

    private readonly string directory = Directory.CreateTempSubdirectory("relay-node-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task Damage_in_a_log_refuses_its_document_alone_and_shows_it_as_a_job()
    {
        await using var node = await StartDamagedAsync();
        Assert.Equal((500, "document-unreadable"), await RefusedAsync(node, "GET", Document));
        Assert.Equal((500, "document-unreadable"), await RefusedAsync(node, "POST", Document + "/save"));
        using (var client = await node.ConnectAsync())
        {
            Assert.Equal(4423, await client.CloseCodeAsync());
        }

        Assert.Equal(200, await node.StatusAsync("GET", "/api/documents/other"));
        Assert.Equal(204, await node.StatusAsync("POST", "/api/documents/other/updates", body: C));
        Assert.Contains("are not those that were written", await ProblemOfJobAsync(node), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_lost_is_said_before_and_everything_else_opens_afterwards()
    {
        var node = await StartDamagedAsync();
        var (status, sentence, type) = await node.RefusedAsync("POST", SetAside);
        Assert.Equal((409, "would-lose"), (status, type));
        Assert.Contains("1 do not read, the first of them at offset 2;", sentence, StringComparison.Ordinal);
        Assert.Equal((500, "document-unreadable"), await RefusedAsync(node, "GET", Document));

        var (place, opens, loss) = await SetAsideAsync(node, "?force=true");
        Assert.True(opens);
        Assert.StartsWith("Of 3 log entries", loss, StringComparison.Ordinal);
        Assert.True((await File.ReadAllBytesAsync(place!)).AsSpan().IndexOf(Damage) > 0);
        Assert.Equal(World.StateOf(A, C), await node.StateAsync());
        Assert.Equal(204, await node.StatusAsync("POST", Document + "/updates", body: D));
        Assert.Equal(204, await node.StatusAsync("POST", "/api/jobs/doc/retry"));
        Assert.Null(await ProblemOfJobAsync(node));
        Assert.Equal((409, "about:blank"), await RefusedAsync(node, "POST", SetAside));
        await node.DisposeAsync();
        await using var next = await StartAsync();
        Assert.Equal(World.StateOf(A, C, D), await next.StateAsync());
    }

    [Fact]
    public async Task Where_a_snapshot_has_everything_the_log_goes_without_more_ado()
    {
        await using var node = await StartDamagedAsync(isSaved: true);
        Assert.Equal((500, "document-unreadable"), await RefusedAsync(node, "GET", Document));
        var (_, opens, loss) = await SetAsideAsync(node);
        Assert.True(opens);
        Assert.Null(loss);
        Assert.Equal(World.StateOf(A, B, C), await node.StateAsync());
    }

    [Fact]
    public async Task People_who_have_the_document_open_lose_nothing()
    {
        var node = await StartAsync();
        using var client = await node.ConnectAsync();
        foreach (var update in new[] { A, B, C })
        {
            await client.SendAsync(Update(update));
            await client.UntilAsync(0, 2);
        }

        FlipIn(directory);
        Assert.Equal(LogReadOutcome.Damaged, (await node.Log.ReadAsync(World.Name, default, default)).Outcome);

        // The session cannot append this, and keeps it until it can.
        await client.SendAsync(Update(D));
        Assert.NotNull((await SetAsideAsync(node, "?force=true")).Loss);
        var e = Typed(5, 0, "e");
        Assert.Equal(204, await node.StatusAsync("POST", Document + "/updates", body: e));
        await client.UntilAsync(0, 2);
        var all = World.StateOf(A, B, C, D, e);
        Assert.Equal(all, await UntilAsync(node, all));
        Assert.Equal(204, await node.StatusAsync("POST", Document + "/save"));
        await client.CloseAsync();
        await node.DisposeAsync();
        await using var next = await StartAsync();
        Assert.Equal(all, await next.StateAsync());
    }

    [Fact]
    public async Task A_document_with_an_entry_of_a_newer_version_is_refused_and_others_are_not()
    {
        var options = new FileLogOptions { Directory = directory };
        await using (var log = FileLog.Open(options, NullLogger<FileLog>.Instance))
        {
            var entry = new LogEntry(new EntryId(1), EntryKind.Update, A)
            {
                Fields = OptionalFields.None.With(9, [1]),
            };
            await log.AppendAsync(World.Name, 0, entry, default);
        }

        await using var node = await StartAsync();
        Assert.Equal((500, "document-unreadable"), await RefusedAsync(node, "GET", Document));
        Assert.Contains("has the required field 9, which this version of Relay does not know",
            await ProblemOfJobAsync(node));
        Assert.Equal(204, await node.StatusAsync("POST", "/api/documents/other/updates", body: B));
    }

    [Fact]
    public async Task A_log_that_reads_stays_where_it_is()
    {
        await using var node = await StartAsync();
        Assert.Equal(204, await node.StatusAsync("POST", Document + "/updates", body: A));
        Assert.Equal((409, "about:blank"), await RefusedAsync(node, "POST", SetAside + "?force=true"));
        Assert.Equal(A, await node.StateAsync());
    }

    [Fact]
    public async Task A_document_whose_log_begins_after_its_last_snapshot_that_is_there_opens_with_what_there_is()
    {
        await using (var writer = await TestNode.StartAsync(directory: directory, settings: LeaveAtOnce))
        {
            await writer.SaveAsync(A);
            await writer.SaveAsync(B);
            await writer.SaveAsync(C);
        }

        // The two newest were deleted; the log begins after the second one.
        var files = SnapshotFiles(directory);
        File.Delete(files[0]);
        File.Delete(files[1]);
        await using var node = await StartAsync();
        Assert.Equal((500, "document-unreadable"), await RefusedAsync(node, "GET", Document));
        Assert.Equal((409, "would-lose"), await RefusedAsync(node, "POST", SetAside));
        var (place, opens, loss) = await SetAsideAsync(node, "?force=true");
        Assert.Null(place);
        Assert.True(opens);
        Assert.NotNull(loss);
        Assert.Equal(World.StateOf(A, C), await node.StateAsync());
    }

    private Task<TestNode> StartAsync() => TestNode.StartAsync(directory: directory, settings: Stay);

    /// <summary>A node over what a killed one left, after the disk changed one of the document's entries.</summary>
    private async Task<TestNode> StartDamagedAsync(bool isSaved = false)
    {
        // Each entry is on the disk before the next one: what does not read is no torn end.
        await using (var killed = await TestNode.StartAsync(settings: [Stay, "FileStore:Fsync=always"]))
        {
            Assert.Equal(204, await killed.StatusAsync("POST", "/api/documents/other/updates", body: A));
            foreach (var update in new[] { A, B, C })
            {
                Assert.Equal(204, await killed.StatusAsync("POST", Document + "/updates", body: update));
            }

            if (isSaved)
            {
                Assert.Equal(204, await killed.StatusAsync("POST", Document + "/save"));
            }

            foreach (var file in Directory.GetFiles(killed.Directory, "*", SearchOption.AllDirectories))
            {
                if (file.EndsWith("lock", StringComparison.Ordinal))
                {
                    continue;
                }

                var copy = Path.Combine(directory, Path.GetRelativePath(killed.Directory, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                using var source = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
                using var target = new FileStream(copy, FileMode.CreateNew);
                await source.CopyToAsync(target);
            }
        }

        FlipIn(directory);
        return await StartAsync();
    }

    private static void FlipIn(string directory)
    {
        var path = Directory.GetFiles(Path.Combine(directory, "log"), "*.log").Single();
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        file.Position = bytes.AsSpan().IndexOf("find me here"u8);
        file.Write(Damage);
    }

    private static async Task<byte[]> UntilAsync(TestNode node, byte[] expected)
    {
        var end = DateTime.UtcNow + TestNode.Patience;
        while (true)
        {
            var state = await node.StateAsync();
            if (state.AsSpan().SequenceEqual(expected) || DateTime.UtcNow > end)
            {
                return state;
            }
        }
    }

    private static async Task<string?> ProblemOfJobAsync(TestNode node)
    {
        using var answer = await node.AskAsync("GET", "/api/jobs");
        using var listed = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        var job = listed.RootElement.GetProperty("jobs").EnumerateArray()
            .FirstOrDefault(job => job.GetProperty("document").GetString() == "doc");
        return job.ValueKind == JsonValueKind.Undefined ? null : job.GetProperty("problem").GetString();
    }

    private static async Task<(string? Place, bool Opens, string? Loss)> SetAsideAsync(TestNode node, string query = "")
    {
        using var answer = await node.AskAsync("POST", SetAside + query);
        Assert.Equal(200, (int)answer.StatusCode);
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        var root = body.RootElement;
        var loss = root.GetProperty("loss").GetString();
        return (root.GetProperty("place").GetString(), root.GetProperty("opens").GetBoolean(), loss);
    }

    private static async Task<(int Status, string Type)> RefusedAsync(TestNode node, string method, string path)
    {
        var (status, _, type) = await node.RefusedAsync(method, path);
        return (status, type);
    }
}
