using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Relay.Api.Answers;

namespace Relay.Api.Description;

/// <summary>Adds to a schema that answers have all of their properties, and what the generator cannot see.</summary>
internal sealed class SchemaDescription : IOpenApiSchemaTransformer
{
    public Task TransformAsync(
        OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = context.JsonTypeInfo.Type;
        if (type == typeof(ProblemDetails))
        {
            schema.Description = "RFC 9457.";
            schema.Required = new HashSet<string> { "type", "title", "status", "detail" };
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
}
