using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Relay.Api.Description;

/// <summary>
/// <c>GET /api/openapi.json</c>: what the node answers over HTTP, as OpenAPI 3.1 has it. It is generated when it is
/// first asked for, and kept: the framework's own endpoint generates it for each request, and anybody may ask.
/// </summary>
internal sealed class DescriptionEndpoint(
    [FromKeyedServices(DescriptionEndpoint.Name)] IOpenApiDocumentProvider provider)
{
    /// <summary>The only description's name, for the generator.</summary>
    public const string Name = "v1";

    private readonly Lazy<Task<byte[]>> description = new(() => GenerateAsync(provider));

    public async Task<FileContentHttpResult> GetAsync(CancellationToken cancellation) =>
        TypedResults.Bytes(await description.Value.WaitAsync(cancellation), "application/json");

    private static async Task<byte[]> GenerateAsync(IOpenApiDocumentProvider provider)
    {
        var document = await provider.GetOpenApiDocumentAsync();
        using var bytes = new MemoryStream();
        await document.SerializeAsJsonAsync(bytes, OpenApiSpecVersion.OpenApi3_1);
        return bytes.ToArray();
    }
}
