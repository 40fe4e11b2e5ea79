namespace Relay.Api;

/// <summary>
/// <c>GET /api/openapi.json</c>: what the node answers over HTTP, as OpenAPI 3.1 has it. The file lies beside this one,
/// and a test holds it against the node.
/// </summary>
internal static class OpenApiEndpoint
{
    public const string Path = "/api/openapi.json";

    public static void MapOpenApi(this IEndpointRouteBuilder routes)
    {
        var document = Read();
        routes.MapGet(Path, context =>
        {
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = document.Length;
            return context.Response.Body.WriteAsync(document, context.RequestAborted).AsTask();
        });
    }

    private static ReadOnlyMemory<byte> Read()
    {
        using var stream = typeof(OpenApiEndpoint).Assembly.GetManifestResourceStream("Relay.Api.openapi.json")
            ?? throw new InvalidOperationException("The description is not in the assembly.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
