using System.Text;
using Relay.Doubles;

namespace Relay.Node;

/// <summary>Names by which a node answers. A page of another site can have its own name lead to a node.</summary>
public sealed class HostTests
{
    private static readonly string[] Jwt =
        ["Auth:Mode=jwt", "Auth:Jwt:Secret=" + Encoding.UTF8.GetString(TestTokens.Secret)];

    [Theory]
    [InlineData("/api/documents/doc")]
    [InlineData("/api/nodes")]
    [InlineData("/health/live")]
    [InlineData("/metrics")]
    [InlineData("/")]
    [InlineData("/dashboard")]
    [InlineData("/nowhere")]
    public async Task Without_tokens_a_name_that_is_not_the_nodes_gets_nothing(string path)
    {
        await using var node = await TestNode.StartAsync();
        using var answer = await AskAsync(node, path, "evil.example:8080");
        var (status, sentence) = await ProblemAnswer.ReadAsync(answer);
        Assert.Equal(421, status);
        Assert.Contains("Network:AllowedHosts", sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/yjs/doc")]
    [InlineData("/hocuspocus")]
    public async Task No_web_socket_either(string path)
    {
        await using var node = await TestNode.StartAsync();
        Assert.Equal(421, (await node.RefusedAsync(path, ("Host", "evil.example"))).Status);
        using var allowed = await node.ConnectAsync("/yjs/doc", null, ("Host", "localhost:1"));
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("10.20.30.40:8080")]
    [InlineData("[::1]:8080")]
    [InlineData("relay.example")]
    [InlineData("node-1:8080")]
    public async Task Addresses_this_machines_names_and_those_of_the_settings_are_its_own(string host)
    {
        await using var node = await TestNode.StartAsync(settings: "Network:AllowedHosts=relay.example,node-1");
        using var answer = await AskAsync(node, "/health/live", host);
        Assert.Equal(200, (int)answer.StatusCode);
    }

    [Fact]
    public async Task With_tokens_every_name_is_allowed_unless_some_are_named()
    {
        await using (var open = await TestNode.StartAsync(settings: Jwt))
        {
            using var answer = await AskAsync(open, "/health/live", "anything.example");
            Assert.Equal(200, (int)answer.StatusCode);
        }

        await using var named = await TestNode.StartAsync(settings: [.. Jwt, "Network:AllowedHosts=relay.example"]);
        using var other = await AskAsync(named, "/health/live", "anything.example");
        Assert.Equal(421, (int)other.StatusCode);
        using var own = await AskAsync(named, "/health/live", "relay.example");
        Assert.Equal(200, (int)own.StatusCode);
    }

    [Fact]
    public async Task Without_tokens_every_name_can_be_allowed_too()
    {
        await using var node = await TestNode.StartAsync(settings: "Network:AllowedHosts=*");
        using var answer = await AskAsync(node, "/health/live", "anything.example");
        Assert.Equal(200, (int)answer.StatusCode);
    }

    private static async Task<HttpResponseMessage> AskAsync(TestNode node, string path, string host)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = host;
        return await node.Http.SendAsync(request).WaitAsync(TestNode.Patience);
    }
}
