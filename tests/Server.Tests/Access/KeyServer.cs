using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Relay.Access;

/// <summary>Publishes keys over real HTTP, as an OpenID provider too, or does not.</summary>
internal sealed class KeyServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private int requests;

    private KeyServer(WebApplication app) => this.app = app;

    /// <summary>What is answered: a status and a body.</summary>
    public (int Status, string Body) Answer { get; set; } = (200, """{"keys":[]}""");

    public int Requests => Volatile.Read(ref requests);

    public Uri Address => new(app.Urls.Single() + "/keys?secret=hush");

    /// <summary>What it is called as an OpenID provider.</summary>
    public string Authority => app.Urls.Single() + "/realms/relay";

    /// <summary>What it says of itself as an OpenID provider: a status and a body.</summary>
    public (int Status, string Body) Description { get; set; } = (404, "");

    public static async Task<KeyServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new KeyServer(builder.Build());
        server.app.MapGet("/keys", () =>
        {
            Interlocked.Increment(ref server.requests);
            return server.Answer.Status == 302
                ? Results.Redirect("/elsewhere")
                : Results.Text(server.Answer.Body, statusCode: server.Answer.Status);
        });
        server.app.MapGet(
            "/realms/relay/.well-known/openid-configuration",
            () => Results.Text(server.Description.Body, statusCode: server.Description.Status));
        server.app.MapGet("/elsewhere", () => Results.Text("""{"keys":[]}"""));
        await server.app.StartAsync();
        return server;
    }

    public void Publish(params JsonNode[] keys) =>
        Answer = (200, new JsonObject { ["keys"] = new JsonArray(keys) }.ToJsonString());

    /// <summary>Describes itself, with this issuer and this address of its keys.</summary>
    public void Describe(JsonNode? issuer, JsonNode? keys) =>
        Description = (200, new JsonObject { ["issuer"] = issuer, ["jwks_uri"] = keys }.ToJsonString());

    public static JsonObject Key(RSA key, string? id)
    {
        var parameters = key.ExportParameters(false);
        return new JsonObject
        {
            ["kty"] = "RSA",
            ["kid"] = id ?? "",
            ["n"] = Base64Url.EncodeToString(parameters.Modulus),
            ["e"] = Base64Url.EncodeToString(parameters.Exponent)
        };
    }

    public static JsonObject Key(ECDsa key, string id, string curve)
    {
        var parameters = key.ExportParameters(false);
        return new JsonObject
        {
            ["kty"] = "EC",
            ["crv"] = curve,
            ["kid"] = id,
            ["x"] = Base64Url.EncodeToString(parameters.Q.X),
            ["y"] = Base64Url.EncodeToString(parameters.Q.Y)
        };
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
