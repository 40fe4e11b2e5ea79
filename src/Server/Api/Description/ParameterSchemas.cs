using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace Relay.Api.Description;

/// <summary>
/// What parameters look like. The endpoints take text, so that a refusal says what it should have been; so the
/// generator cannot tell.
/// </summary>
internal static class ParameterSchemas
{
    public static void Describe(OpenApiParameter parameter)
    {
        switch (parameter.Name)
        {
            case "document":
                parameter.Description =
                    "The document's name, 1 to 1,024 bytes of UTF-8, percent-encoded, a slash as %2F.";
                parameter.Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1 };
                break;
            case "id":
                parameter.Description = "The snapshot's id, as it is listed.";
                break;
            case "limit":
                parameter.Schema = new OpenApiSchema
                {
                    Type = JsonSchemaType.Integer,
                    Minimum = "1",
                    Maximum = RoomMetadataEndpoint.MaxLimit.ToString(CultureInfo.InvariantCulture),
                    Default = RoomMetadataEndpoint.DefaultLimit,
                };
                break;
            case "from" or "to":
                parameter.Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" };
                break;
            case "force":
                parameter.Description = "true: also where something is lost with it.";
                goto case "open";
            case "open":
                parameter.Schema = new OpenApiSchema { Type = JsonSchemaType.Boolean, Default = false };
                break;
            case "sort":
                parameter.Schema = new OpenApiSchema
                {
                    Type = JsonSchemaType.String,
                    Enum = [.. RoomMetadataEndpoint.Orders.Select(order => (JsonNode)order)],
                    Default = RoomMetadataEndpoint.Orders[0],
                };
                break;
        }
    }
}
