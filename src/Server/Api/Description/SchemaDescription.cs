using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Relay.Api.Answers;
using Relay.Reports;

namespace Relay.Api.Description;

/// <summary>Adds to a schema that answers have all of their properties, and what the generator cannot see.</summary>
internal sealed class SchemaDescription : IOpenApiSchemaTransformer
{
    public Task TransformAsync(
        OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = context.JsonTypeInfo.Type;
        var property = context.JsonPropertyInfo;
        if (type == typeof(ProblemDetails))
        {
            DescribeProblem(schema);
        }
        else if (property?.DeclaringType == typeof(NodeReport) && property.Name == "state")
        {
            schema.Enum = ["starting", "waiting", "ready", "draining"];
        }
        else if (type == typeof(RawJson))
        {
            schema.Type = null;
            schema.Description = "Any JSON but null: whatever the client says.";
        }
        else if (schema.Properties is { Count: > 0 } properties)
        {
            schema.Required = new HashSet<string>(properties.Keys);
        }

        return Task.CompletedTask;
    }

    /// <summary>The framework's type allows null; refusals have these members, or leave the instance out.</summary>
    private static void DescribeProblem(OpenApiSchema schema)
    {
        schema.Description = "RFC 9457.";
        schema.Required = new HashSet<string> { "type", "title", "status", "detail" };
        schema.Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = new OpenApiSchema { Type = JsonSchemaType.String, Format = "uri-reference" },
            ["title"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer },
            ["detail"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["instance"] = new OpenApiSchema { Type = JsonSchemaType.String, Format = "uri-reference" },
        };
    }
}
