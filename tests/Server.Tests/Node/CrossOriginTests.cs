using System.Text;
using Relay.Doubles;

namespace Relay.Node;

/// <summary>What scripts of pages of other origins may do with the API.</summary>
public sealed class CrossOriginTests
{
    private const string Document = "/api/documents/doc";
    private const string Named = "Auth:AllowedOrigins=https://app.example,https://*.example.com,null";

    private static readonly string[] Jwt =
        ["Auth:Mode=jwt", "Auth:Jwt:Secret=" + Encoding.UTF8.GetString(TestTokens.Secret)];

    [Theory]
    [InlineData("https://app.example")]
    [InlineData("https://a.b.example.com")]
    [InlineData("null")]
    public async Task Pages_of_the_named_origins_may_use_the_api(string origin)
    {
        await using var node = await TestNode.StartAsync(settings: [Named, .. Jwt]);
        using var allowed = await PreflightAsync(node, origin, "POST", Document + "/updates");
        Assert.Equal(204, (int)allowed.StatusCode);
        Assert.Equal((origin, "Origin"), (Header(allowed, "Access-Control-Allow-Origin"), Header(allowed, "Vary")));
        Assert.Equal("Authorization,Content-Type", Header(allowed, "Access-Control-Allow-Headers"));
        Assert.Equal("GET,HEAD,POST,PUT,DELETE", Header(allowed, "Access-Control-Allow-Methods"));
        Assert.Null(Header(allowed, "Access-Control-Allow-Credentials"));

        using var refused = await AskAsync(node, origin, HttpMethod.Get, Document);
        Assert.Equal(401, (int)refused.StatusCode);
        Assert.Equal((origin, "Origin"), (Header(refused, "Access-Control-Allow-Origin"), Header(refused, "Vary")));
        Assert.Equal("Allow,Retry-After,WWW-Authenticate", Header(refused, "Access-Control-Expose-Headers"));

        // An address that does not exist is no answer that a script may not read, either.
        using var absent = await AskAsync(node, origin, HttpMethod.Get, "/api/nowhere");
        Assert.Equal((404, origin), ((int)absent.StatusCode, Header(absent, "Access-Control-Allow-Origin")));
    }

    [Fact]
    public async Task Pages_of_other_origins_may_not_and_caches_are_told_that_it_depends()
    {
        await using var node = await TestNode.StartAsync(settings: [Named, .. Jwt]);
        using var preflight = await PreflightAsync(node, "https://evil.example", "POST", Document + "/updates");
        Assert.Equal((null, "Origin"), (Header(preflight, "Access-Control-Allow-Origin"), Header(preflight, "Vary")));
        using var answer = await AskAsync(node, "https://evil.example", HttpMethod.Get, "/api/openapi.json");
        Assert.Equal((null, "Origin"), (Header(answer, "Access-Control-Allow-Origin"), Header(answer, "Vary")));
        using var program = await AskAsync(node, null, HttpMethod.Get, "/api/openapi.json");
        Assert.Equal((null, "Origin"), (Header(program, "Access-Control-Allow-Origin"), Header(program, "Vary")));
    }

    [Fact]
    public async Task Where_no_origin_is_named_pages_with_a_token_may_use_the_api_from_anywhere()
    {
        await using var node = await TestNode.StartAsync(settings: Jwt);
        using var allowed = await PreflightAsync(node, "https://anywhere.example", "DELETE", Document);
        Assert.Equal((204, "*"), ((int)allowed.StatusCode, Header(allowed, "Access-Control-Allow-Origin")));
        Assert.Null(Header(allowed, "Access-Control-Allow-Credentials"));
        using var answer = await AskAsync(node, "https://anywhere.example", HttpMethod.Get, Document);
        Assert.Equal((401, "*"), ((int)answer.StatusCode, Header(answer, "Access-Control-Allow-Origin")));
    }

    [Fact]
    public async Task Where_neither_origins_are_named_nor_tokens_asked_for_no_page_of_another_origin_may()
    {
        await using var node = await TestNode.StartAsync();
        (string, string)[] calls =
        [
            ("POST", "/api/admin/kick"), ("DELETE", Document), ("GET", "/api/nodes"), ("POST", "/api/nodes/self/drain"),
        ];
        foreach (var (method, path) in calls)
        {
            using var preflight = await PreflightAsync(node, "https://evil.example", method, path);
            Assert.Null(Header(preflight, "Access-Control-Allow-Origin"));
            Assert.NotEqual(204, (int)preflight.StatusCode);
        }

        using var answer = await AskAsync(node, "https://evil.example", HttpMethod.Get, "/api/nodes");
        Assert.Null(Header(answer, "Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("https://app.example", 202)]
    [InlineData("https://x.example.com", 202)]
    [InlineData("https://evil.example", 403)]
    public async Task Without_tokens_only_pages_of_the_named_origins_drive_a_node(string origin, int status)
    {
        await using var node = await TestNode.StartAsync(settings: Named);
        using var answer = await AskAsync(node, origin, HttpMethod.Post, "/api/nodes/self/drain");
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("/health/ready")]
    [InlineData("/metrics")]
    [InlineData("/")]
    public async Task Nothing_but_the_api_is_for_scripts_of_other_origins(string path)
    {
        await using var node = await TestNode.StartAsync(settings: [Named, .. Jwt]);
        using var answer = await AskAsync(node, "https://app.example", HttpMethod.Get, path);
        Assert.Null(Header(answer, "Access-Control-Allow-Origin"));
    }

    private static async Task<HttpResponseMessage> PreflightAsync(
        TestNode node, string origin, string method, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, path);
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", method);
        request.Headers.Add("Access-Control-Request-Headers", "authorization,content-type");
        return await node.Http.SendAsync(request).WaitAsync(TestNode.Patience);
    }

    private static async Task<HttpResponseMessage> AskAsync(
        TestNode node, string? origin, HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add("Origin", origin);
        return await node.Http.SendAsync(request).WaitAsync(TestNode.Patience);
    }

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;
}
