using System.CodeDom.Compiler;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Relay.Doubles;
using Relay.Metadata;
using Relay.Persistence.Metadata;
using Relay.Protocols;
using static Relay.Doubles.Messages;

namespace Relay.Node;

/// <summary>The description of the API is what the node does, both ways.</summary>
public sealed class OpenApiTests
{
    private const string Document = "/api/documents/{document}";

    /// <summary>
    /// What only a store that is away or damaged, a tombstone's id, an overfull or hopelessly entangled document, a
    /// client
    /// that stays, or keys that cannot be fetched bring about.
    /// </summary>
    private static readonly string[] NeedMore =
    [
        "409 readSnapshot", "409 restoreSnapshot", "422", "500", "503", "413 restoreSnapshot", "200 setSnapshotAside",
        "200 setLogAside", "202 retryJob",
    ];

    private readonly List<(string Operation, string Status)> seen = [];

    [Fact]
    public async Task Every_address_is_described_with_its_methods_and_no_other()
    {
        await using var node = await TestNode.StartAsync();
        using var description = await DescriptionAsync(node);
        var described = Operations(description).Select(operation => $"{operation.Method} {operation.Path}")
            .Order(StringComparer.Ordinal);
        var mapped = node.Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<SpeaksWebSocket>() is null
                && endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is null)
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
                .Select(method => $"{method} {endpoint.RoutePattern.RawText!.TrimEnd('/')}"))
            .Order(StringComparer.Ordinal);
        Assert.Equal(mapped, described);
    }

    /// <summary>The generator passes over calls that it does not understand, without a warning.</summary>
    [Fact]
    public async Task Every_address_that_is_more_than_a_request_delegate_was_generated()
    {
        await using var node = await TestNode.StartAsync();
        var typed = node.Endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<MethodInfo>() is not null).ToArray();
        Assert.True(typed.Length > 20);
        Assert.All(typed, endpoint =>
            Assert.Contains("RequestDelegateGenerator", endpoint.Metadata.GetMetadata<GeneratedCodeAttribute>()?.Tool));
    }

    [Fact]
    public async Task Every_address_answers_as_it_is_described()
    {
        string[] settings =
        [
            "Auth:Mode=jwt", "Auth:Jwt:Secret=" + Encoding.UTF8.GetString(TestTokens.Secret),
            "Documents:IdleTimeout=00:00:00",
            "Limits:MaxDocumentBytes=4096",
        ];
        var often = new MetadataWriterOptions { Interval = TimeSpan.FromMilliseconds(20) };
        await using var node = await TestNode.StartAsync(
            _ => { }, services => services.AddSingleton(often), settings: settings);
        using var description = await DescriptionAsync(node);
        var admin = Token(new { documents = (object?)null, admin = true });
        var writer = Token(new { documents = new Dictionary<string, string> { ["*"] = "write" } });
        var stranger = Token(new { documents = new Dictionary<string, string>() });

        async Task AskAsync(
            string method,
            string path,
            string? token,
            int status,
            string name = "doc",
            string id = "1-2-3",
            byte[]? body = null,
            string type = "application/octet-stream",
            TestNode? other = null)
        {
            var target = path.Replace("{document}", name, StringComparison.Ordinal)
                .Replace("{id}", id, StringComparison.Ordinal);
            using var answer = await (other ?? node).AskAsync(method, target, token, body, type);
            Assert.True(status == (int)answer.StatusCode,
                $"{method} {target}: {(int)answer.StatusCode} instead of {status}");
            var described = description.RootElement.GetProperty("paths").GetProperty(path.Split('?')[0]);
            var operation = described.GetProperty(method.ToLowerInvariant());
            var response = Resolve(description, operation.GetProperty("responses").GetProperty(
                ((int)answer.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture)));
            var types = response.TryGetProperty("content", out var content)
                ? content.EnumerateObject().Select(one => one.Name).ToArray() : [];
            Assert.Equal(types, answer.Content.Headers.ContentType is { MediaType: { } given } ? [given] : []);
            BrowserRuleTests.AssertContent(answer);
            seen.Add((operation.GetProperty("operationId").GetString()!, $"{(int)answer.StatusCode}"));
        }

        foreach (var (path, method, isOpen) in Operations(description)
            .Select(operation => (operation.Path, operation.Method, operation.IsOpen)))
        {
            if (!isOpen)
            {
                await AskAsync(method, path, null, 401);
                await AskAsync(method, path, stranger, 403);
                if (path.Contains("{document}", StringComparison.Ordinal))
                {
                    await AskAsync(method, path, admin, 400, name: "%FF");
                }
            }
        }

        const string history = Document + "/history";
        const string connections = Document + "/connections";
        string[] metadata = ["/api/documents", history, connections, "/api/totals", "/api/nodes/history"];
        var newer = new StubMetadataWriter { Schema = SchemaOutcome.Newer };
        await using (var without = await TestNode.StartAsync(
            _ => { }, services => services.AddSingleton<IRoomMetadataWriter>(newer), settings: settings))
        {
            foreach (var path in metadata)
            {
                await AskAsync("GET", path, admin, 501, other: without);
            }
        }

        await AskAsync("GET", history, admin, 404);
        await AskAsync("GET", connections, admin, 404);
        string[] wrong = ["/api/documents?limit=0", history + "?from=x", connections + "?open=x", "/api/totals?from=x"];
        foreach (var path in wrong)
        {
            await AskAsync("GET", path, admin, 400);
        }

        const string save = Document + "/save";
        const string updates = Document + "/updates";
        const string snapshots = Document + "/snapshots";
        const string kick = "/api/admin/kick";
        await AskAsync("GET", Document, writer, 404);
        await AskAsync("POST", save, writer, 404);
        await AskAsync("DELETE", Document, admin, 404);
        await AskAsync("POST", updates, writer, 204, body: Typed(1, 0, "a"));
        await node.UntilKnownAsync("doc", admin);
        foreach (var path in metadata)
        {
            await AskAsync("GET", path, admin, 200);
        }

        await AskAsync("POST", updates, writer, 400, body: [1]);
        await AskAsync("POST", updates, writer, 413, body: new byte[5000]);
        await AskAsync("POST", updates, writer, 415, body: Typed(1, 0, "a"), type: "text/plain");
        await AskAsync("GET", Document, writer, 200);
        await AskAsync("POST", "/api/jobs/{document}/retry", admin, 204);
        await AskAsync("POST", save, writer, 204);
        await AskAsync("POST", Document + "/log/set-aside", admin, 409);
        await AskAsync("GET", "/api/jobs", admin, 200);
        await AskAsync("GET", "/api/nodes", admin, 200);
        await AskAsync("GET", Document + "/presence", admin, 200);
        await AskAsync("GET", "/api/dashboard/events", admin, 200);
        await AskAsync("GET", snapshots, writer, 200);
        using (var listed = JsonDocument.Parse(
            await (await node.AskAsync("GET", "/api/documents/doc/snapshots", writer)).Content.ReadAsStringAsync()))
        {
            var id = listed.RootElement.GetProperty("snapshots")[0].GetProperty("id").GetString()!;
            await AskAsync("GET", snapshots + "/{id}", writer, 200, id: id);
            await AskAsync("POST", snapshots + "/{id}/restore", writer, 200, id: id);
            await AskAsync("POST", snapshots + "/{id}/set-aside", admin, 409, id: id);
        }

        await AskAsync("GET", snapshots + "/{id}", writer, 404);
        await AskAsync("POST", snapshots + "/{id}/restore", writer, 404);
        await AskAsync("POST", snapshots + "/{id}/set-aside", admin, 404);
        await AskAsync("PUT", Document, admin, 204);
        await AskAsync("DELETE", Document, admin, 204);
        await AskAsync("GET", Document, writer, 410);
        await AskAsync("POST", updates, writer, 410, body: Typed(1, 0, "a"));
        await AskAsync("GET", snapshots, writer, 410);
        await AskAsync("GET", snapshots + "/{id}", writer, 410);
        await AskAsync("POST", snapshots + "/{id}/restore", writer, 410);
        await AskAsync("POST", snapshots + "/{id}/set-aside", admin, 410);
        await AskAsync("POST", "/api/jobs/{document}/retry", admin, 410);
        await AskAsync("POST", save, writer, 410);
        await AskAsync("PUT", Document, admin, 201);
        await AskAsync("POST", kick, admin, 200, body: Encoding.UTF8.GetBytes("""{"user":"ada"}"""),
            type: "application/json");
        await AskAsync("POST", kick, admin, 400, body: Encoding.UTF8.GetBytes("{}"), type: "application/json");
        await AskAsync("POST", kick, admin, 413, body: new byte[9000], type: "application/json");
        await AskAsync("POST", kick, admin, 415, body: new byte[9], type: "text/plain");
        foreach (var path in new[] { "/health", "/health/live", "/health/ready", "/metrics", "/api/openapi.json" })
        {
            await AskAsync("GET", path, null, 200);
        }

        foreach (var path in new[] { "/health", "/health/live", "/health/ready" })
        {
            await AskAsync("HEAD", path, null, 200);
        }

        await AskAsync("POST", "/api/nodes/self/drain", admin, 202);
        await AskAsync("GET", "/health/ready", null, 503);
        await AskAsync("HEAD", "/health/ready", null, 503);

        var unseen = Operations(description)
            .SelectMany(operation => operation.Statuses.Select(status => (Operation: operation.Id, Status: status)))
            .Except(seen)
            .Where(one => !NeedMore.Contains(one.Status) && !NeedMore.Contains($"{one.Status} {one.Operation}"));
        Assert.Empty(unseen);
    }

    private static string Token(object claims) => TestTokens.OfSecret(TestTokens.Claims(DateTimeOffset.UtcNow, claims));

    private static async Task<JsonDocument> DescriptionAsync(TestNode node) =>
        JsonDocument.Parse(await node.Http.GetStringAsync(new Uri("/api/openapi.json", UriKind.Relative)));

    private static JsonElement Resolve(JsonDocument description, JsonElement element) =>
        element.TryGetProperty("$ref", out var reference)
            ? reference.GetString()!.Split('/').Skip(1)
                .Aggregate(description.RootElement, (at, part) => at.GetProperty(part))
            : element;

    private static IEnumerable<(string Path, string Method, string Id, bool IsOpen, string[] Statuses)> Operations(
        JsonDocument description) =>
        from path in description.RootElement.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        where operation.Name != "parameters"
        select (
            path.Name,
            operation.Name.ToUpperInvariant(),
            operation.Value.GetProperty("operationId").GetString()!,
            operation.Value.TryGetProperty("security", out var security) && security.GetArrayLength() == 0,
            operation.Value.GetProperty("responses").EnumerateObject().Select(response => response.Name).ToArray());
}
