using System.Text;
using System.Text.Json;
using Relay.Doubles;
using static Relay.Doubles.Messages;

namespace Relay.Node;

/// <summary>What those who run a node ask it and tell it.</summary>
public sealed class OperationTests
{
    private const string Path = "/api/documents/doc";

    [Fact]
    public async Task Snapshots_are_listed_and_read_as_they_were()
    {
        await using var node = await TestNode.StartAsync(settings: "Documents:IdleTimeout=00:00:00");
        Assert.Empty(await IdsAsync(node));
        await WriteAsync(node, Typed(1, 0, "a"));
        await WriteAsync(node, Typed(1, 1, "b"));
        var ids = await IdsAsync(node);
        Assert.Equal(2, ids.Count);
        Assert.Equal(Typed(1, 0, "ab"),
            await node.Http.GetByteArrayAsync(new Uri($"{Path}/snapshots/{ids[0]}", UriKind.Relative)));
        Assert.Equal(Typed(1, 0, "a"),
            await node.Http.GetByteArrayAsync(new Uri($"{Path}/snapshots/{ids[1]}", UriKind.Relative)));
        Assert.Equal((404, "There is no such snapshot (any more).", "no-document"),
            await node.RefusedAsync("GET", Path + "/snapshots/1-2-3"));
    }

    [Fact]
    public async Task Snapshots_from_before_a_deletion_are_not_shown()
    {
        await using var node = await TestNode.StartAsync(settings: "Documents:IdleTimeout=00:00:00");
        await WriteAsync(node, Typed(1, 0, "a"));
        var old = Assert.Single(await IdsAsync(node));
        Assert.Equal(204, await node.StatusAsync("DELETE", Path));
        Assert.Equal(410, (await node.RefusedAsync("GET", Path + "/snapshots")).Status);
        Assert.Equal(410, (await node.RefusedAsync("GET", $"{Path}/snapshots/{old}")).Status);
        Assert.Equal(201, await node.StatusAsync("PUT", Path));
        Assert.NotEqual(old, Assert.Single(await IdsAsync(node)));
        Assert.Equal(404, (await node.RefusedAsync("GET", $"{Path}/snapshots/{old}")).Status);
    }

    [Fact]
    public async Task A_snapshot_that_does_not_read_says_so()
    {
        await using var node = await TestNode.StartAsync(settings: "Documents:IdleTimeout=00:00:00");
        await WriteAsync(node, Typed(1, 0, "a"));
        var id = Assert.Single(await IdsAsync(node));
        var file = Assert.Single(
            Directory.GetFiles(System.IO.Path.Combine(node.Directory, "snapshots"), "*-*",
                SearchOption.AllDirectories));
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[^40] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);
        Assert.Equal((500, "The snapshot does not read; it is kept.", "document-unreadable"),
            await node.RefusedAsync("GET", $"{Path}/snapshots/{id}"));
    }

    [Fact]
    public async Task Unsaved_documents_are_listed_and_saved_at_once_when_asked()
    {
        await using var node = await TestNode.StartAsync(settings: "Documents:IdleTimeout=00:00:02");
        using (var client = await node.ConnectAsync())
        {
            await client.SendAsync(Update(Typed(1, 0, "a")));
            await client.UntilAsync(0, 2);
            var job = Assert.Single(await JobsAsync(node));
            Assert.Equal(
                ("doc", "available", 0, null),
                (job.GetProperty("document").GetString(), job.GetProperty("state").GetString(),
                    job.GetProperty("attempts").GetInt32(), job.GetProperty("problem").GetString()));
            await client.CloseAsync();
        }

        Assert.Equal(204, await node.StatusAsync("POST", "/api/jobs/doc/retry"));
        Assert.Empty(await JobsAsync(node));
        Assert.Single(await IdsAsync(node));
    }

    [Fact]
    public async Task Neither_a_save_nor_a_retry_waits_until_people_or_an_idle_session_leave()
    {
        await using var node = await TestNode.StartAsync(settings: "Documents:IdleTimeout=01:00:00");
        using var client = await node.ConnectAsync();
        await client.SendAsync(Update(Typed(1, 0, "a")));
        await client.UntilAsync(0, 2);
        Assert.Equal(204, await node.StatusAsync("POST", Path + "/save"));
        Assert.Single(await IdsAsync(node));
        await client.SendAsync(Update(Typed(1, 1, "b")));
        await client.UntilAsync(0, 2);
        Assert.Equal(204, await node.StatusAsync("POST", "/api/jobs/doc/retry"));
        Assert.Equal(2, (await IdsAsync(node)).Count);
        await client.CloseAsync();
        Assert.Equal(204, await node.StatusAsync("POST", "/api/jobs/doc/retry"));
        Assert.Equal(204, await node.StatusAsync("POST", Path + "/save"));
        Assert.Equal(1, node.Sessions.Count);
        Assert.Equal(2, (await IdsAsync(node)).Count);
    }

    [Fact]
    public async Task A_document_is_saved_by_those_who_may_write_it()
    {
        string[] settings = ["Auth:Mode=jwt", "Auth:Jwt:Secret=" + Encoding.UTF8.GetString(TestTokens.Secret)];
        await using var node = await TestNode.StartAsync(settings: settings);
        var reader = Token(new { documents = new { doc = "read" } });
        var writer = Token(new { documents = new { doc = "write" } });
        Assert.Equal(404, (await node.RefusedAsync("POST", Path + "/save", writer)).Status);
        Assert.Equal(204, await node.StatusAsync("POST", Path + "/updates", writer, Typed(1, 0, "a")));
        Assert.Equal(401, (await node.RefusedAsync("POST", Path + "/save")).Status);
        Assert.Equal(403, (await node.RefusedAsync("POST", Path + "/save", reader)).Status);
        Assert.Equal(204, await node.StatusAsync("POST", Path + "/save", writer));
    }

    [Fact]
    public async Task A_node_that_is_drained_sends_its_clients_away_and_stays()
    {
        await using var node = await TestNode.StartAsync();
        using var client = await node.ConnectAsync();
        await client.SendAsync(Update(Typed(1, 0, "a")));
        await client.UntilAsync(0, 2);
        Assert.Equal(202, await node.StatusAsync("POST", "/api/nodes/self/drain"));
        Assert.Equal(1012, await client.CloseCodeAsync());
        Assert.Equal(503, await node.StatusAsync("GET", "/health/ready"));
        Assert.Equal(200, await node.StatusAsync("GET", "/health/live"));
        Assert.Equal(202, await node.StatusAsync("POST", "/api/nodes/self/drain"));
        await node.Sessions.WhenGoneAsync(World.Name).WaitAsync(TestNode.Patience);
        Assert.Single(await IdsAsync(node));
        using var late = await node.ConnectAsync();
        Assert.Equal(1012, await late.CloseCodeAsync());
    }

    [Fact]
    public async Task Symphonys_health_check_is_answered_with_its_word()
    {
        await using var node = await TestNode.StartAsync();
        Assert.Equal("okay", await node.Http.GetStringAsync(new Uri("/health", UriKind.Relative)));
    }

    [Fact]
    public async Task The_health_addresses_answer_head_with_the_status_and_no_body()
    {
        await using var node = await TestNode.StartAsync();
        foreach (var path in new[] { "/health", "/health/live", "/health/ready" })
        {
            Assert.Equal((200, 0), await HeadAsync(path));
        }

        await node.StatusAsync("POST", "/api/nodes/self/drain");
        Assert.Equal((503, 0), await HeadAsync("/health/ready"));
        Assert.Equal((200, 0), await HeadAsync("/health/live"));
        using var why = await node.Http.GetAsync(new Uri("/health/ready", UriKind.Relative));
        Assert.Equal("not ready: this node stops, or was drained.\n", await why.Content.ReadAsStringAsync());

        async Task<(int Status, int Bytes)> HeadAsync(string path)
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, path);
            using var answer = await node.Http.SendAsync(request).WaitAsync(TestNode.Patience);
            return ((int)answer.StatusCode, (await answer.Content.ReadAsByteArrayAsync()).Length);
        }
    }

    [Theory]
    [InlineData("GET", "/api/jobs")]
    [InlineData("POST", "/api/jobs/doc/retry")]
    [InlineData("POST", "/api/nodes/self/drain")]
    public async Task Only_administrators_operate_a_node_with_a_token_in_the_header(string method, string path)
    {
        await using var node = await TestNode.StartAsync(
            settings: ["Auth:Mode=jwt", "Auth:Jwt:Secret=" + Encoding.UTF8.GetString(TestTokens.Secret)]);
        var writer = TestTokens.OfSecret(
            TestTokens.Claims(DateTimeOffset.UtcNow, new { documents = new { doc = "write" } }));
        var admin = TestTokens.OfSecret(
            TestTokens.Claims(DateTimeOffset.UtcNow, new { documents = (object?)null, admin = true }));
        Assert.Equal(401, (await node.RefusedAsync(method, path)).Status);
        Assert.Equal(401, (await node.RefusedAsync(method, path + "?token=" + admin)).Status);
        Assert.Equal((403, "The token does not allow what administrators may do.", "token"),
            await node.RefusedAsync(method, path, writer));
        Assert.InRange(await node.StatusAsync(method, path, admin), 200, 204);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "https://example.com")]
    [InlineData("Origin", "http://127.0.0.1")]
    [InlineData("Origin", "null")]
    public async Task No_page_of_another_site_drains_a_node_that_asks_for_no_token(string header, string value)
    {
        await using var node = await TestNode.StartAsync();
        Assert.Equal(403, await SendAsync("/api/nodes/self/drain"));
        Assert.Equal(403, await SendAsync("/api/jobs/doc/retry"));
        Assert.Equal(403, await SendAsync(Path + "/snapshots/1-2-3/restore"));
        Assert.Equal(403, await SendAsync(Path + "/save"));
        Assert.Equal(403, await SendAsync(Path + "/log/set-aside?force=true"));
        Assert.Equal(200, await node.StatusAsync("GET", "/health/ready"));

        async Task<int> SendAsync(string path)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path);
            request.Headers.Add(header, value);
            using var answer = await node.Http.SendAsync(request).WaitAsync(TestNode.Patience);
            return (int)answer.StatusCode;
        }
    }

    [Theory]
    [InlineData("same-origin", null)]
    [InlineData("same-origin", "https://behind-a-proxy.example")]
    [InlineData("none", null)]
    [InlineData(null, "self")]
    [InlineData(null, null)]
    public async Task The_nodes_own_pages_and_programs_drain_it(string? site, string? origin)
    {
        await using var node = await TestNode.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/nodes/self/drain");
        request.Headers.Add("Sec-Fetch-Site", site);
        request.Headers.Add("Origin", origin == "self" ? node.Address.GetLeftPart(UriPartial.Authority) : origin);
        using var answer = await node.Http.SendAsync(request).WaitAsync(TestNode.Patience);
        Assert.Equal(202, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("/snapshots")]
    [InlineData("/snapshots/1-2-3")]
    public async Task Snapshots_are_for_those_who_may_read_the_document(string path)
    {
        await using var node = await TestNode.StartAsync(
            settings: ["Auth:Mode=jwt", "Auth:Jwt:Secret=" + Encoding.UTF8.GetString(TestTokens.Secret)]);
        var reader = TestTokens.OfSecret(
            TestTokens.Claims(DateTimeOffset.UtcNow, new { documents = new { doc = "read" } }));
        var stranger = TestTokens.OfSecret(
            TestTokens.Claims(DateTimeOffset.UtcNow, new { documents = new { other = "write" }, admin = true }));
        Assert.Equal(401, (await node.RefusedAsync("GET", Path + path)).Status);
        Assert.Equal(403, (await node.RefusedAsync("GET", Path + path, stranger)).Status);
        Assert.Contains(await node.StatusAsync("GET", Path + path, reader), new[] { 200, 404 });
    }

    private static string Token(object claims) =>
        TestTokens.OfSecret(TestTokens.Claims(DateTimeOffset.UtcNow, claims));

    private static async Task WriteAsync(TestNode node, byte[] update)
    {
        Assert.Equal(204, await node.StatusAsync("POST", Path + "/updates", body: update));
        await node.Sessions.WhenGoneAsync(World.Name).WaitAsync(TestNode.Patience);
    }

    private static async Task<IReadOnlyList<string>> IdsAsync(TestNode node)
    {
        using var answer = JsonDocument.Parse(
            await node.Http.GetStringAsync(new Uri(Path + "/snapshots", UriKind.Relative)));
        return [.. answer.RootElement.GetProperty("snapshots").EnumerateArray()
            .Select(snapshot => snapshot.GetProperty("id").GetString()!)];
    }

    private static async Task<IReadOnlyList<JsonElement>> JobsAsync(TestNode node)
    {
        using var answer = JsonDocument.Parse(await node.Http.GetStringAsync(new Uri("/api/jobs", UriKind.Relative)));
        return [.. answer.RootElement.GetProperty("jobs").EnumerateArray().Select(job => job.Clone())];
    }
}
