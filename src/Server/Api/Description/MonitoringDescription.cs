using Microsoft.OpenApi;

namespace Relay.Api.Description;

/// <summary>
/// The addresses for load balancers and monitoring, which are plain request delegates: the generator passes over those.
/// </summary>
internal static class MonitoringDescription
{
    public static void AddTo(OpenApiDocument document)
    {
        const string live = "Whether the process answers";
        Add(document, "/health", "health", live + ", for checks that were made for Symphony.", "okay");
        Add(document, "/health/live", "live", live + ".", "live");
        Add(document, "/health/ready", "ready", "Whether the node wants clients.", "ready", "not ready");
        document.Paths["/metrics"] = new OpenApiPathItem
        {
            Operations = new Dictionary<HttpMethod, OpenApiOperation>
            {
                [HttpMethod.Get] = Describe(
                    document, "metrics", "Numbers, in Prometheus's text format.", "The numbers.", unavailable: null),
            },
        };
    }

    private static void Add(
        OpenApiDocument document, string path, string id, string summary, string ok, string? unavailable = null) =>
        document.Paths[path] = new OpenApiPathItem
        {
            Operations = new Dictionary<HttpMethod, OpenApiOperation>
            {
                [HttpMethod.Get] = Describe(document, id, summary, ok, unavailable),
                [HttpMethod.Head] = Describe(document, id + "Head", "As GET, without a body.", ok, unavailable),
            },
        };

    private static OpenApiOperation Describe(
        OpenApiDocument document, string id, string summary, string ok, string? unavailable)
    {
        var responses = new OpenApiResponses { ["200"] = Text(ok) };
        if (unavailable is not null)
        {
            responses["503"] = Text(unavailable);
        }

        return new OpenApiOperation
        {
            OperationId = id,
            Summary = summary,
            Tags = new HashSet<OpenApiTagReference> { new("monitoring", document) },
            Security = [],
            Responses = responses,
        };
    }

    private static OpenApiResponse Text(string description) => new()
    {
        Description = description,
        Content = new Dictionary<string, OpenApiMediaType>
        {
            ["text/plain"] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String } },
        },
    };
}
