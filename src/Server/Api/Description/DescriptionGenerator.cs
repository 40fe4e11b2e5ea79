using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Relay.Api.Description;

/// <summary>Generates the description of the API from the addresses that are mapped.</summary>
internal static class DescriptionGenerator
{
    private const string Name = "v1";

    /// <remarks>
    /// The generator has a container of its own for this once. Among the node's services it would add 3 MB to what a
    /// node has in memory that is never asked.
    /// </remarks>
    public static async Task<byte[]> GenerateAsync(EndpointDataSource addresses, IHostEnvironment environment)
    {
        var services = new ServiceCollection();
        services.AddSingleton(addresses);
        services.AddSingleton(environment);
        services.AddLogging();
        services.AddRouting();
        services.ConfigureHttpJsonOptions(ApiFormat.Configure);
        services.AddOpenApi(Name, options =>
        {
            options.AddOperationTransformer(new OperationDescription());
            options.AddSchemaTransformer(new SchemaDescription());
            options.AddDocumentTransformer(new WholeDescription());
        });
        await using var provider = services.BuildServiceProvider();
        var document = await provider.GetRequiredKeyedService<IOpenApiDocumentProvider>(Name)
            .GetOpenApiDocumentAsync();
        using var bytes = new MemoryStream();
        await document.SerializeAsJsonAsync(bytes, OpenApiSpecVersion.OpenApi3_1);
        return bytes.ToArray();
    }
}
