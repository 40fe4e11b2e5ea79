using Scalar.AspNetCore;

namespace Relay.Api.Description;

/// <summary>The description of the API: for programs, and as pages for people.</summary>
internal static class DescriptionRoutes
{
    public static void MapApiDescription(this IEndpointRouteBuilder routes, IServiceProvider services)
    {
        var description = services.GetRequiredService<DescriptionEndpoint>();
        routes.MapGet("/api/openapi.json", description.GetAsync)
            .WithName("describe")
            .WithSummary("This description.")
            .WithTags("monitoring")
            .Answers<object>("OpenAPI 3.1.");
        routes.MapScalarApiReference("/api", ApiReference.Configure).Finally(ApiReference.KeepToOneAddress);
    }
}
