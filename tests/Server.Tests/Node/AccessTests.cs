using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Relay.Access;
using Relay.Doubles;
using static Relay.Doubles.Messages;

namespace Relay.Node;

/// <summary>Who may come in to a whole node that asks for tokens.</summary>
public sealed class AccessTests : IAsyncLifetime
{
    private TestNode node = null!;

    private static DateTimeOffset Now => DateTimeOffset.UtcNow;

    public async ValueTask InitializeAsync() =>
        node = await TestNode.StartAsync(
            settings: ["Auth:Mode=jwt", "Auth:Jwt:Secret=" + Encoding.UTF8.GetString(TestTokens.Secret)]);

    public async ValueTask DisposeAsync() => await node.DisposeAsync();

    [Fact]
    public async Task A_writer_writes_a_reader_only_reads_and_others_are_refused()
    {
        var writer = Token(new { doc = "write" });
        var reader = Token(new { doc = "read" });
        using var ada = await node.ConnectAsync("/yjs/doc?token=" + writer);
        await ada.SendAsync(Update(Typed(1, 0, "a")));
        await ada.UntilAsync(0, 2);
        using var bob = await node.ConnectAsync(headers: ("Authorization", "Bearer " + reader));
        await bob.SendAsync(Step1());
        await bob.UntilAsync(0, 1);
        Assert.Equal(Typed(1, 0, "a"), bob.Document.EncodeState());
        await bob.SendAsync(Update(Typed(2, 0, "b")));
        await ada.SendAsync(Update(Typed(1, 1, "c")));
        await bob.UntilAsync(0, 2);
        Assert.Equal(Typed(1, 0, "ac"), await StateAsync("doc", reader));
        Assert.Equal((403, "The token does not allow to read this document."),
            await node.RefusedAsync("/yjs/other?token=" + writer));
        Assert.Equal((401, "A token is needed."), await node.RefusedAsync("/yjs/doc"));
        Assert.Equal((401, "A token is needed."), await node.RefusedAsync("/yjs/doc?token="));
        Assert.Equal((401, "The token is not a signed JWT."), await node.RefusedAsync("/yjs/doc?token=undefined"));
        Assert.Equal((401, "The token is not a signed JWT."),
            await node.RefusedAsync($"/yjs/doc?token={writer}&token={writer}"));
        Assert.Equal((401, "The token has ended."),
            await node.RefusedAsync("/yjs/doc?token=" + Token(new { doc = "write" }, Now.AddMinutes(-2))));
    }

    [Fact]
    public async Task A_header_counts_before_the_query_and_other_schemes_do_not_count()
    {
        var good = Token(new { doc = "write" });
        Assert.Equal(401,
            (await node.RefusedAsync("/yjs/doc?token=" + good, ("Authorization", "Bearer nonsense"))).Status);
        using var client = await node.ConnectAsync("/yjs/doc?token=" + good,
            headers: ("Authorization", "Basic YWRhOmh1c2g="));
        await client.UntilAsync(0, 0);
    }

    [Fact]
    public async Task A_name_is_matched_as_it_is_stored_not_as_it_is_written()
    {
        var token = Token(new Dictionary<string, string> { ["notes/*"] = "read", ["a%2Fb"] = "read" });
        using var encoded = await node.ConnectAsync("/yjs/notes%2F1?token=" + token);
        await encoded.UntilAsync(0, 0);
        Assert.Equal(403, (await node.RefusedAsync("/yjs/a%2Fb?token=" + token)).Status);
        Assert.Equal(403, (await node.RefusedAsync("/yjs/Notes/1?token=" + token)).Status);
        Assert.Equal(403, (await node.RefusedAsync("/yjs/notes?token=" + token)).Status);
    }

    [Fact]
    public async Task A_connection_ends_with_its_token_and_may_come_back_with_another_one()
    {
        var time = System.Diagnostics.Stopwatch.StartNew();
        using var client = await ConnectForAsync(TimeSpan.FromSeconds(2));
        using var other = await node.ConnectAsync("/yjs/doc?token=" + Token(new { doc = "write" }));
        await client.UntilAsync(0, 0);
        Assert.Equal(4501, await client.CloseCodeAsync());
        Assert.InRange(time.Elapsed, TimeSpan.FromMilliseconds(900), TimeSpan.FromSeconds(90));
        await other.SendAsync(Update(Typed(1, 0, "a")));
        await other.UntilAsync(0, 2);
    }

    [Fact]
    public async Task Documents_are_read_over_http_with_the_same_right()
    {
        using (var client = await node.ConnectAsync("/yjs/doc?token=" + Token(new { doc = "write" })))
        {
            await client.SendAsync(Update(Typed(1, 0, "a")));
            await client.UntilAsync(0, 2);
        }

        Assert.Equal(Typed(1, 0, "a"), await StateAsync("doc", Token(new { doc = "read" })));
        Assert.Equal(Typed(1, 0, "a"),
            await node.Http.GetByteArrayAsync(
                new Uri("/api/documents/doc?token=" + Token(new { doc = "read" }), UriKind.Relative)));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync("/api/documents/doc", null));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync("/api/documents/doc", Token(new { other = "write" })));
        Assert.Equal(HttpStatusCode.Forbidden,
            await StatusAsync("/api/documents/none", Token(new { other = "write" })));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync("/api/documents/none", Token(new { none = "read" })));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/health/ready", null));
    }

    [Fact]
    public async Task An_administrator_ends_the_connections_of_a_user_or_of_a_document()
    {
        using var ada = await node.ConnectAsync("/yjs/doc?token=" + Token(new { doc = "write" }));
        using var bob = await node.ConnectAsync("/yjs/doc?token=" + Token(new { doc = "write" }, user: "bob"));
        await ada.UntilAsync(0, 0);
        await bob.UntilAsync(0, 0);
        Assert.Equal("""{"connections":1,"nodes":1,"silentNodes":0}""", await KickAsync("""{"user":"ada"}"""));
        Assert.Equal(4403, await ada.CloseCodeAsync());
        Assert.Equal("""{"connections":1,"nodes":1,"silentNodes":0}""",
            await KickAsync("""{"document":"doc","comeBack":true}"""));
        Assert.Equal(4502, await bob.CloseCodeAsync());
        Assert.Equal("""{"connections":0,"nodes":1,"silentNodes":0}""",
            await KickAsync("""{"document":"doc","user":"ada"}"""));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"comeBack":true}""")]
    [InlineData("""{"user":7}""")]
    [InlineData("""{"user":"ada","user":"bob"}""")]
    [InlineData("""{"user":"ada","everybody":true}""")]
    [InlineData("""{"document":""}""")]
    [InlineData("""{"user":"ada","comeBack":"yes"}""")]
    public async Task What_is_no_order_is_refused(string body) =>
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(body, Admin())).Status);

    [Fact]
    public async Task Only_administrators_kick_with_a_token_in_the_header_and_never_by_a_form_of_another_page()
    {
        const string order = """{"user":"ada"}""";
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(order, null)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(order, null, query: "?token=" + Admin())).Status);
        Assert.Equal(HttpStatusCode.Forbidden,
            (await PostAsync(order, Token(new Dictionary<string, string> { ["*"] = "write" }))).Status);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await PostAsync(order, Admin(), "text/plain")).Status);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge,
            (await PostAsync("{\"user\":\"" + new string('x', 9000) + "\"}", Admin())).Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(order, Admin())).Status);
    }

    /// <summary>
    /// With a token that ends after this time, or later where the machine takes longer than that to connect.
    /// </summary>
    private async Task<TestSocket> ConnectForAsync(TimeSpan time)
    {
        while (true)
        {
            try
            {
                return await node.ConnectAsync(
                    "/yjs/doc?token=" + Token(new { doc = "write" }, Now - TokenClaims.ClockSkew + time));
            }
            catch (System.Net.WebSockets.WebSocketException) when (time < TimeSpan.FromSeconds(60))
            {
                time *= 2;
            }
        }
    }

    private static string Admin() =>
        TestTokens.OfSecret(TestTokens.Claims(Now, new { documents = (object?)null, admin = true }));

    private static string Token(object documents, DateTimeOffset? exp = null, string user = "ada") =>
        TestTokens.OfSecret(
            TestTokens.Claims(Now, new { sub = user, documents, exp = (exp ?? Now.AddHours(1)).ToUnixTimeSeconds() }));

    private async Task<string> KickAsync(string body)
    {
        var (status, text) = await PostAsync(body, Admin());
        Assert.Equal(HttpStatusCode.OK, status);
        return text;
    }

    private async Task<(HttpStatusCode Status, string Text)> PostAsync(string body, string? token,
        string type = "application/json", string query = "")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post,
            "/api/admin/kick" + query)
        { Content = new StringContent(body, Encoding.UTF8, type) };
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var answer = await node.Http.SendAsync(request).WaitAsync(TestNode.Patience);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private async Task<HttpStatusCode> StatusAsync(string path, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var answer = await node.Http.SendAsync(request).WaitAsync(TestNode.Patience);
        return answer.StatusCode;
    }

    private async Task<byte[]> StateAsync(string document, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/documents/" + document);
        request.Headers.Authorization = new AuthenticationHeaderValue("bearer", token);
        using var answer = await node.Http.SendAsync(request).WaitAsync(TestNode.Patience);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsByteArrayAsync();
    }
}
