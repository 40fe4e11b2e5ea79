using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Relay.Doubles;
using Relay.Persistence;
using Relay.Yjs;
using static Relay.Doubles.Messages;
using static Relay.Node.SnapshotRequests;

namespace Relay.Node;

/// <summary>
/// Snapshots that are restored over HTTP. What a restore makes of a document is tested with the engine.
/// </summary>
public sealed class RestoreRequestTests
{
    [Fact]
    public async Task A_restore_is_in_the_log_and_clients_have_it_when_it_is_answered()
    {
        await using var node = await TestNode.StartAsync(settings: LeaveAtOnce);
        var id = await node.SaveAsync(Typed(1, 0, "a"));
        using var client = await node.ConnectAsync();
        await client.SendAsync(Step1());
        await client.UntilAsync(0, 1);
        await client.SendAsync(Update(Typed(1, 1, "b")));
        await client.UntilAsync(0, 2);
        Assert.Equal((true, true), await RestoreAsync(node, id));
        await client.UntilAsync(0, 2);
        var state = await node.StateAsync();
        Assert.Equal(state, client.Document.EncodeState());
        Assert.Equal((false, false), await RestoreAsync(node, id));
        Assert.Equal(state, await node.StateAsync());
    }

    [Fact]
    public async Task A_document_that_no_client_has_open_is_restored_and_left_again()
    {
        await using var node = await TestNode.StartAsync(settings: LeaveAtOnce);
        var id = await node.SaveAsync(Typed(1, 0, "a"));
        await node.SaveAsync(Typed(1, 1, "b"));
        Assert.Equal((true, true), await RestoreAsync(node, id));
        await node.Sessions.WhenGoneAsync(World.Name).WaitAsync(TestNode.Patience);
        Assert.Equal(0, node.Sessions.Count);
    }

    [Fact]
    public async Task Restores_that_wait_for_their_turn_hold_nothing_and_do_not_repeat_what_those_before_them_did()
    {
        HeldSnapshots? snapshots = null;
        await using var node = await TestNode.StartAsync(
            _ => { },
            services =>
            {
                var own = services.Last(
                    service => service.ServiceType == typeof(ISnapshotStore)).ImplementationFactory!;
                services.AddSingleton<ISnapshotStore>(
                    provider => snapshots = new HeldSnapshots((ISnapshotStore)own(provider)));
            },
            settings: LeaveAtOnce);
        var id = await node.SaveAsync(Typed(1, 0, "a"));
        using var client = await node.ConnectAsync();
        await client.SendAsync(Step1());
        await client.UntilAsync(0, 1);
        await client.SendAsync(Update(Deleted(1, 0)));
        await client.UntilAsync(0, 2);

        snapshots!.Hold();
        var restores = Enumerable.Range(0, 4).Select(_ => RestoreAsync(node, id)).ToList();
        await snapshots.OneIsHeldAsync().WaitAsync(TestNode.Patience);
        for (var i = 0; i < 20; i++)
        {
            await node.SnapshotIdsAsync();
        }

        Assert.Equal(1, snapshots.Reads);
        snapshots.LetAllGo();
        Assert.Single(await Task.WhenAll(restores), restore => restore.Restored);
    }

    [Fact]
    public async Task A_restore_that_waits_for_its_store_delays_no_restore_of_another_document()
    {
        HeldSnapshots? snapshots = null;
        await using var node = await TestNode.StartAsync(
            _ => { },
            services =>
            {
                var own = services.Last(one => one.ServiceType == typeof(ISnapshotStore)).ImplementationFactory!;
                services.AddSingleton<ISnapshotStore>(
                    provider => snapshots = new HeldSnapshots((ISnapshotStore)own(provider)));
            },
            settings: LeaveAtOnce);
        var id = await node.SaveAsync(Typed(1, 0, "a"));
        Assert.Equal(204, await node.StatusAsync("POST", "/api/documents/other/updates", body: Typed(1, 0, "a")));
        await node.Sessions.WhenGoneAsync(DocumentName.Create("other")).WaitAsync(TestNode.Patience);
        using var listed = JsonDocument.Parse(
            await node.Http.GetStringAsync(new Uri("/api/documents/other/snapshots", UriKind.Relative)));
        var otherId = listed.RootElement.GetProperty("snapshots")[0].GetProperty("id").GetString()!;

        snapshots!.Hold();
        var slow = RestoreAsync(node, id);
        await snapshots.OneIsHeldAsync().WaitAsync(TestNode.Patience);
        var other = node.StatusAsync("POST", $"/api/documents/other/snapshots/{otherId}/restore");
        await snapshots.UntilReadsAsync(2).WaitAsync(TestNode.Patience);
        Assert.False(slow.IsCompleted);
        snapshots.LetAllGo();
        Assert.Equal(200, await other);
        await slow;
    }

    [Fact]
    public async Task Only_what_was_stored_since_the_last_deletion_can_be_restored()
    {
        await using var node = await TestNode.StartAsync(settings: LeaveAtOnce);
        var id = await node.SaveAsync(Typed(1, 0, "a"));
        Assert.Equal((404, "no-document"), await RefusedAsync(node, "1-2-3"));
        Assert.Equal(204, await node.StatusAsync("DELETE", Document));
        Assert.Equal((410, "document-deleted"), await RefusedAsync(node, id));
        Assert.Equal(201, await node.StatusAsync("PUT", Document));
        await node.SaveAsync(Typed(2, 0, "b"));
        Assert.Equal((404, "no-document"), await RefusedAsync(node, id));
    }

    [Fact]
    public async Task A_tombstone_is_no_state_to_go_back_to()
    {
        await using var node = await TestNode.StartAsync(settings: LeaveAtOnce);
        await node.SaveAsync(Typed(1, 0, "a"));
        Assert.Equal(204, await node.StatusAsync("DELETE", Document));
        var tombstone = NewestSnapshot(node);
        Assert.Equal(201, await node.StatusAsync("PUT", Document));
        await node.SaveAsync(Typed(2, 0, "b"));
        Assert.Equal((409, "about:blank"), await RefusedAsync(node, tombstone));
    }

    [Fact]
    public async Task A_restore_needs_the_right_to_write_with_a_token_in_the_header()
    {
        await using var node = await TestNode.StartAsync(
            settings: [LeaveAtOnce, "Auth:Mode=jwt", "Auth:Jwt:Secret=" + Encoding.UTF8.GetString(TestTokens.Secret)]);
        var writer = Token("write");
        var id = await node.SaveAsync(Typed(1, 0, "a"), writer, Token("read"));
        var path = $"{Document}/snapshots/{id}/restore";
        Assert.Equal(401, await node.StatusAsync("POST", path));
        Assert.Equal(401, await node.StatusAsync("POST", path + "?token=" + writer));
        Assert.Equal(403, await node.StatusAsync("POST", path, Token("read")));
        Assert.Equal(200, await node.StatusAsync("POST", path, writer));
    }

    private static string Token(string level) =>
        TestTokens.OfSecret(TestTokens.Claims(DateTimeOffset.UtcNow, new { documents = new { doc = level } }));

    private static async Task<(bool Restored, bool HasBytes)> RestoreAsync(TestNode node, string id)
    {
        using var answer = await node.AskAsync("POST", $"{Document}/snapshots/{id}/restore");
        Assert.Equal(200, (int)answer.StatusCode);
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return (body.RootElement.GetProperty("restored").GetBoolean(),
            body.RootElement.GetProperty("bytes").GetInt32() > 0);
    }

    private static async Task<(int Status, string Type)> RefusedAsync(TestNode node, string id)
    {
        var (status, _, type) = await node.RefusedAsync("POST", $"{Document}/snapshots/{id}/restore");
        return (status, type);
    }

    /// <summary>The id of the newest file among the snapshots, as an address would name it.</summary>
    private static string NewestSnapshot(TestNode node)
    {
        var parts = Path.GetFileName(SnapshotFiles(node.Directory)[0]).Split('-');
        var epoch = long.MaxValue - Convert.ToInt64(parts[0], 16);
        var number = long.MaxValue - Convert.ToInt64(parts[1], 16);
        return $"{epoch}-{number}-{parts[2]}";
    }
}
