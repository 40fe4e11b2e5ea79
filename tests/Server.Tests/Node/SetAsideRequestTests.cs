using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Relay.Doubles;
using Relay.Yjs;
using static Relay.Doubles.Messages;
using static Relay.Node.SnapshotRequests;

namespace Relay.Node;

/// <summary>
/// Snapshots that do not read are taken out of the way of their documents, and what is lost with them is said before.
/// </summary>
public sealed class SetAsideRequestTests : IDisposable
{
    private static readonly byte[] Damage = Encoding.ASCII.GetBytes("this is no snapshot any more");

    private readonly string directory = Directory.CreateTempSubdirectory("relay-node-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task A_bad_snapshot_that_the_log_makes_up_for_is_set_aside_without_more_ado()
    {
        var states = await WriteAsync(Typed(1, 0, "a"), Typed(1, 1, "b"));
        File.WriteAllBytes(SnapshotFiles(directory)[0], Damage);
        await using var node = await StartAsync();
        var (place, opens, loss) = await SetAsideAsync(node, (await node.SnapshotIdsAsync())[0]);
        Assert.True(opens);
        Assert.Null(loss);
        Assert.Equal(Damage, await File.ReadAllBytesAsync(place));
        Assert.Equal(states[1], await node.StateAsync());
        Assert.Single(await node.SnapshotIdsAsync());
    }

    [Fact]
    public async Task What_only_a_bad_snapshot_holds_is_given_up_only_when_the_request_says_so()
    {
        var states = await WriteAsync(Typed(1, 0, "a"), Typed(1, 1, "b"));
        Directory.Delete(Path.Combine(directory, "log"), recursive: true);
        File.WriteAllBytes(SnapshotFiles(directory)[0], Damage);
        await using var node = await StartAsync();
        var ids = await node.SnapshotIdsAsync();
        var (status, sentence, type) = await node.RefusedAsync("POST", $"{Document}/snapshots/{ids[0]}/set-aside");
        Assert.Equal((409, "would-lose"), (status, type));
        Assert.StartsWith("The document goes on from its snapshot at ", sentence, StringComparison.Ordinal);
        Assert.Equal((500, "document-unreadable"), await RefusedAsync(node, "GET", Document));

        var (place, opens, loss) = await SetAsideAsync(node, ids[0], force: true);
        Assert.True(opens);
        Assert.NotNull(loss);
        Assert.Equal(Damage, await File.ReadAllBytesAsync(place));
        Assert.Equal(states[0], await node.StateAsync());
        Assert.Equal([ids[1]], await node.SnapshotIdsAsync());
        await node.SaveAsync(Typed(2, 0, "c"));
        Assert.Equal(Merged(states[0], Typed(2, 0, "c")), await node.StateAsync());
    }

    [Fact]
    public async Task A_document_whose_log_no_longer_reaches_what_is_left_opens_with_what_there_is()
    {
        // The log begins after the second newest snapshot. Without both, what the third newest and the log have between
        // them is gone.
        await WriteAsync(Typed(1, 0, "a"), Typed(2, 0, "b"), Typed(3, 0, "c"));
        var files = SnapshotFiles(directory);
        File.WriteAllBytes(files[0], Damage);
        File.WriteAllBytes(files[1], Damage);
        await using (var node = await StartAsync())
        {
            var ids = await node.SnapshotIdsAsync();
            Assert.Equal((409, "would-lose"),
                await RefusedAsync(node, "POST", $"{Document}/snapshots/{ids[0]}/set-aside"));
            Assert.False((await SetAsideAsync(node, ids[0], force: true)).Opens);
            Assert.Equal((500, "document-unreadable"), await RefusedAsync(node, "GET", Document));
            Assert.Equal((409, "would-lose"),
                await RefusedAsync(node, "POST", $"{Document}/snapshots/{ids[1]}/set-aside"));
            Assert.True((await SetAsideAsync(node, ids[1], force: true)).Opens);
            Assert.Equal(Merged(Typed(1, 0, "a"), Typed(3, 0, "c")), await node.StateAsync());
        }

        await using (var node = await StartAsync())
        {
            await node.SaveAsync(Typed(4, 0, "d"));
            Assert.Equal(Merged(Typed(1, 0, "a"), Typed(3, 0, "c"), Typed(4, 0, "d")), await node.StateAsync());
        }
    }

    [Fact]
    public async Task A_snapshot_that_reads_stays_where_it_is()
    {
        await using var node = await StartAsync();
        var id = await node.SaveAsync(Typed(1, 0, "a"));
        Assert.Equal((409, "about:blank"),
            await RefusedAsync(node, "POST", $"{Document}/snapshots/{id}/set-aside?force=true"));
        Assert.Equal((404, "no-document"),
            await RefusedAsync(node, "POST", $"{Document}/snapshots/1-2-3/set-aside?force=true"));
        Assert.Equal([id], await node.SnapshotIdsAsync());
    }

    [Fact]
    public async Task An_old_snapshot_that_turns_out_bad_when_it_is_asked_for_is_reported_to_those_who_run_the_node()
    {
        await WriteAsync(Typed(1, 0, "a"), Typed(1, 1, "b"));
        File.WriteAllBytes(SnapshotFiles(directory)[1], Damage);
        var log = new NodeLog();
        await using var node = await TestNode.StartAsync(builder => builder.Logging.AddProvider(log),
            directory: directory, settings: LeaveAtOnce);
        var old = (await node.SnapshotIdsAsync())[1];
        Assert.Equal((500, "document-unreadable"),
            await RefusedAsync(node, "POST", $"{Document}/snapshots/{old}/restore"));
        Assert.Single(log.Lines,
            line => line.StartsWith("The snapshot of doc at ", StringComparison.Ordinal)
            && line.Contains("does not read and is kept", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Only_administrators_set_a_snapshot_aside()
    {
        await using var node = await StartAsync("Auth:Mode=jwt",
            "Auth:Jwt:Secret=" + Encoding.UTF8.GetString(TestTokens.Secret));
        var writer = TestTokens.OfSecret(
            TestTokens.Claims(DateTimeOffset.UtcNow, new { documents = new { doc = "write" } }));
        var admin = TestTokens.OfSecret(
            TestTokens.Claims(DateTimeOffset.UtcNow, new { documents = new { doc = "write" }, admin = true }));
        var path = $"{Document}/snapshots/{await node.SaveAsync(Typed(1, 0, "a"), writer, writer)}/set-aside";
        File.WriteAllBytes(SnapshotFiles(directory)[0], Damage);
        Assert.Equal(401, await node.StatusAsync("POST", path));
        Assert.Equal(403, await node.StatusAsync("POST", path, writer));
        Assert.Equal(200, await node.StatusAsync("POST", path, admin));
    }

    private Task<TestNode> StartAsync(params string[] settings) =>
        TestNode.StartAsync(directory: directory, settings: [LeaveAtOnce, .. settings]);

    /// <summary>Has a node write these updates, each into a snapshot of its own, and returns the states.</summary>
    private async Task<byte[][]> WriteAsync(params byte[][] updates)
    {
        await using var node = await StartAsync();
        var states = new List<byte[]>();
        foreach (var update in updates)
        {
            await node.SaveAsync(update);
            states.Add(await node.StateAsync());
        }

        Assert.Equal(updates.Length, SnapshotFiles(directory).Length);
        return [.. states];
    }

    private static byte[] Merged(params byte[][] updates)
    {
        var document = new YDocument();
        foreach (var update in updates)
        {
            Assert.True(document.TryApply(update, out _, out _));
        }

        return document.EncodeState();
    }

    private static async Task<(string Place, bool Opens, string? Loss)> SetAsideAsync(TestNode node, string id,
        bool force = false)
    {
        using var answer = await node.AskAsync("POST",
            $"{Document}/snapshots/{id}/set-aside{(force ? "?force=true" : "")}");
        Assert.Equal(200, (int)answer.StatusCode);
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        var root = body.RootElement;
        return (root.GetProperty("place").GetString()!, root.GetProperty("opens").GetBoolean(),
            root.GetProperty("loss").GetString());
    }

    private static async Task<(int Status, string Type)> RefusedAsync(TestNode node, string method, string path)
    {
        var (status, _, type) = await node.RefusedAsync(method, path);
        return (status, type);
    }
}
