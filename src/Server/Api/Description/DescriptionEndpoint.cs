using Microsoft.AspNetCore.Http.HttpResults;

namespace Relay.Api.Description;

/// <summary>
/// <c>GET /api/openapi.json</c>: what the node answers over HTTP, as OpenAPI 3.1 has it. It is generated when it is
/// first asked for, and kept: the framework's own endpoint generates it for each request, and any client may ask.
/// </summary>
internal sealed class DescriptionEndpoint(EndpointDataSource addresses, IHostEnvironment environment)
{
    private readonly Lazy<Task<byte[]>> description =
        new(() => DescriptionGenerator.GenerateAsync(addresses, environment));

    public async Task<FileContentHttpResult> GetAsync(CancellationToken cancellation) =>
        TypedResults.Bytes(await description.Value.WaitAsync(cancellation), "application/json");
}
