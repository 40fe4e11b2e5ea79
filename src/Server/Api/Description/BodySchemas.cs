using Microsoft.OpenApi;

namespace Relay.Api.Description;

/// <summary>What bodies look like, which the endpoints read themselves.</summary>
internal static class BodySchemas
{
    public static OpenApiRequestBody Of(RequestBody body) => body switch
    {
        RequestBody.Update => Of(UpdateBody.ContentType, new OpenApiSchema
        {
            Type = JsonSchemaType.String,
            Format = "binary",
            Description = "A Yjs update, format V1.",
        }),
        RequestBody.Kick => Of("application/json", new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            AdditionalPropertiesAllowed = false,
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["user"] = new OpenApiSchema { Type = JsonSchemaType.String },
                ["document"] = new OpenApiSchema { Type = JsonSchemaType.String },
                ["comeBack"] = new OpenApiSchema { Type = JsonSchemaType.Boolean },
            },
            AnyOf =
            [
                new OpenApiSchema { Required = new HashSet<string> { "user" } },
                new OpenApiSchema { Required = new HashSet<string> { "document" } },
            ],
        }),
        _ => throw new ArgumentOutOfRangeException(nameof(body), body, "It is not described."),
    };

    private static OpenApiRequestBody Of(string contentType, OpenApiSchema schema) => new()
    {
        Required = true,
        Content = new Dictionary<string, OpenApiMediaType> { [contentType] = new() { Schema = schema } },
    };
}
