using Microsoft.Extensions.FileProviders;

namespace Relay.Node;

/// <summary>Requests for a WebSocket at addresses that speak none.</summary>
public sealed class UpgradeRefusalTests
{
    private const string Sentence =
        "There is no WebSocket at this address; they are at /yjs/{document} and /hocuspocus.";

    [Theory]
    [InlineData("/yjs/..", 404)]
    [InlineData("/yjs/../", 404)]
    [InlineData("/yjs/%2e%2e", 404)]
    [InlineData("/", 404)]
    [InlineData("/index.html", 404)]
    [InlineData("/nowhere", 404)]
    [InlineData("/health/ready", 400)]
    [InlineData("/api/documents/doc", 400)]
    public async Task Are_refused_with_a_problem_and_not_answered_with_a_page(string path, int status)
    {
        var root = Directory.CreateTempSubdirectory("relay-pages-");
        await File.WriteAllTextAsync(Path.Combine(root.FullName, "index.html"), "a page");
        var pages = new PhysicalFileProvider(root.FullName);
        await using (var node = await TestNode.StartAsync(builder => builder.Environment.WebRootFileProvider = pages))
        {
            Assert.Equal("a page", await node.Http.GetStringAsync(new Uri("/", UriKind.Relative)));
            using var request = new HttpRequestMessage(HttpMethod.Get, Exactly(node, path));
            request.Headers.Connection.Add("Upgrade");
            request.Headers.Upgrade.ParseAdd("websocket");
            using var answer = await node.Http.SendAsync(request).WaitAsync(TestNode.Patience);
            Assert.Equal((status, Sentence), await ProblemAnswer.ReadAsync(answer));

            // Others are only offered, as curl does with every request.
            using var offered = new HttpRequestMessage(HttpMethod.Get, "/health");
            offered.Headers.Connection.Add("Upgrade");
            offered.Headers.Upgrade.ParseAdd("h2c");
            using var plain = await node.Http.SendAsync(offered).WaitAsync(TestNode.Patience);
            Assert.Equal(200, (int)plain.StatusCode);
        }

        root.Delete(recursive: true);
    }

    private static Uri Exactly(TestNode node, string path)
    {
        var asItIs = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        return new Uri($"http://{node.Address.Authority}{path}", asItIs);
    }
}
