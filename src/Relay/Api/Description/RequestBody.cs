using Microsoft.OpenApi;

namespace Relay.Api.Description;

/// <summary>Says of an address, for its description, which body it takes.</summary>
/// <remarks>
/// The framework's <c>Accepts</c> would have routing refuse other media types, before the token is looked at and
/// without a sentence.
/// </remarks>
/// <param name="ContentType">Its media type.</param>
/// <param name="Schema">Makes what is known of it.</param>
internal sealed record RequestBody(string ContentType, Func<OpenApiSchema> Schema)
{
    public static RequestBody Update { get; } = new(UpdateBody.ContentType, () => new OpenApiSchema
    {
        Type = JsonSchemaType.String,
        Format = "binary",
        Description = "A Yjs update, format V1.",
    });

    public static RequestBody Kick { get; } = new("application/json", () => new OpenApiSchema
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
    });
}
