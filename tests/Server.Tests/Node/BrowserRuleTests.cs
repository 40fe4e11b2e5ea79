using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Relay.Backplane;

namespace Relay.Node;

/// <summary>
/// The headers by which every answer says what browsers must not make of it. <see cref="OpenApiTests"/> looks at the
/// answers of all described addresses.
/// </summary>
public sealed class BrowserRuleTests : IDisposable
{
    private readonly DirectoryInfo pages = Directory.CreateTempSubdirectory("relay-pages-");

    public BrowserRuleTests()
    {
        foreach (var name in (string[])["index.html", "dashboard.html", "icon.svg", "licenses.txt"])
        {
            File.WriteAllText(Path.Combine(pages.FullName, name), name);
        }
    }

    public void Dispose() => pages.Delete(recursive: true);

    [Theory]
    [InlineData("/")]
    [InlineData("/dashboard")]
    public async Task A_page_is_shown_in_frames_of_its_own_site_only(string path)
    {
        await using var node = await TestNode.StartAsync(ShowPages);
        using var answer = await node.AskAsync("GET", path);
        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        AssertAll(answer);
        Assert.Equal("frame-ancestors 'self'", Header(answer, "Content-Security-Policy"));
        Assert.Equal("SAMEORIGIN", Header(answer, "X-Frame-Options"));

        // What a browser has is still good, and takes the headers of this answer.
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
        using var unchanged = await node.Http.SendAsync(request).WaitAsync(TestNode.Patience);
        Assert.Equal(304, (int)unchanged.StatusCode);
        AssertAll(unchanged);
        Assert.Equal("frame-ancestors 'self'", Header(unchanged, "Content-Security-Policy"));
    }

    [Fact]
    public async Task The_description_s_page_runs_only_what_the_node_sent_with_it()
    {
        await using var node = await TestNode.StartAsync();
        using var answer = await node.AskAsync("GET", "/api/");
        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        AssertAll(answer);
        Assert.Equal("SAMEORIGIN", Header(answer, "X-Frame-Options"));
        Assert.Equal("no-store", Header(answer, "Cache-Control"));
        var policy = Header(answer, "Content-Security-Policy")!;
        var nonce = Regex.Match(policy, "script-src 'self' 'nonce-([^']{20,})';").Groups[1].Value;
        Assert.StartsWith("default-src 'self'; ", policy, StringComparison.Ordinal);
        Assert.EndsWith("; frame-ancestors 'self'", policy, StringComparison.Ordinal);
        var page = await answer.Content.ReadAsStringAsync();
        var scripts = Regex.Matches(page, "<script[^>]*>").Select(script => script.Value).ToArray();
        Assert.Equal(3, scripts.Length);
        Assert.All(scripts, script => Assert.Contains($"nonce=\"{nonce}\"", script, StringComparison.Ordinal));
        Assert.DoesNotContain("//", page, StringComparison.Ordinal);
        using var again = await node.AskAsync("GET", "/api/");
        Assert.DoesNotContain(nonce, Header(again, "Content-Security-Policy")!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/nowhere")]
    [InlineData("/api/v1")]
    public async Task The_description_s_page_stands_at_no_other_address(string path)
    {
        await using var node = await TestNode.StartAsync();
        using var answer = await node.AskAsync("GET", path);
        Assert.Equal(404, (int)answer.StatusCode);
        AssertContent(answer);
    }

    [Theory]
    [InlineData("GET", "/nowhere", 404)]
    [InlineData("GET", "/yjs/doc", 426)]
    [InlineData("GET", "/icon.svg", 200)]
    [InlineData("GET", "/licenses.txt", 200)]
    [InlineData("POST", "/metrics", 405)]
    public async Task What_is_no_page_is_shown_in_no_frame_and_runs_nothing(string method, string path, int status)
    {
        await using var node = await TestNode.StartAsync(ShowPages);
        using var answer = await node.AskAsync(method, path);
        Assert.Equal(status, (int)answer.StatusCode);
        AssertContent(answer);
    }

    [Fact]
    public async Task An_error_page_has_them_too()
    {
        await using var node = await TestNode.StartAsync(
            _ => { },
            services => services.AddSingleton<INodeReports, BrokenReports>());
        using var answer = await node.AskAsync("GET", "/api/nodes");
        Assert.Equal(500, (int)answer.StatusCode);
        AssertContent(answer);
    }

    /// <summary>What an answer that is no page must have.</summary>
    internal static void AssertContent(HttpResponseMessage answer)
    {
        AssertAll(answer);
        Assert.Equal("default-src 'none'; frame-ancestors 'none'", Header(answer, "Content-Security-Policy"));
        Assert.Equal("DENY", Header(answer, "X-Frame-Options"));
    }

    private void ShowPages(WebApplicationBuilder builder) =>
        builder.Environment.WebRootFileProvider = new PhysicalFileProvider(pages.FullName);

    private static void AssertAll(HttpResponseMessage answer)
    {
        Assert.Equal("nosniff", Header(answer, "X-Content-Type-Options"));
        Assert.Equal("no-referrer", Header(answer, "Referrer-Policy"));
        Assert.Equal("same-origin", Header(answer, "Cross-Origin-Resource-Policy"));
    }

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    private sealed class BrokenReports : INodeReports
    {
        public ValueTask StoreAsync(
            string node, ReadOnlyMemory<byte> report, TimeSpan lifetime, CancellationToken cancellation) =>
            ValueTask.CompletedTask;

        public ValueTask RemoveAsync(string node, CancellationToken cancellation) => ValueTask.CompletedTask;

        public ValueTask<IReadOnlyList<string>> ListNodesAsync(CancellationToken cancellation) =>
            ValueTask.FromResult<IReadOnlyList<string>>([]);

        public ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> ListAsync(CancellationToken cancellation) =>
            throw new InvalidOperationException("A bug.");
    }
}
