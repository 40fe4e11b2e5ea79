using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Relay.Api.Description;

/// <summary>Adds to the description what it is about, how tokens are given, and the addresses for monitoring.</summary>
internal sealed class WholeDescription : IOpenApiDocumentTransformer
{
    /// <summary>A token in the header.</summary>
    public const string Bearer = "bearer";

    /// <summary>A token in the query.</summary>
    public const string Query = "query";

    public Task TransformAsync(
        OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Relay",
            Version = "1",
            Summary = "What a node answers over HTTP.",
            Description = "docs/protocol.md says more. WebSockets are at /yjs/{document} and /hocuspocus.",
            License = new OpenApiLicense { Name = "MIT", Identifier = "MIT" },
        };
        document.Servers = [new OpenApiServer { Url = "/" }];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [Bearer] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                BearerFormat = "JWT",
            },
            [Query] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Query,
                Name = "token",
            },
        };
        document.Tags = new HashSet<OpenApiTag>
        {
            new() { Name = "documents", Description = "Documents, for those whose token allows it." },
            new() { Name = "operation", Description = "For administrators." },
            new() { Name = "monitoring", Description = "For load balancers and monitoring; without a token." },
        };
        MonitoringDescription.AddTo(document);
        return Task.CompletedTask;
    }
}
