using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.OpenApi;
using Relay.Api.Filters;

namespace Relay.Api.Description;

/// <summary>Adds to an address what its filters ask for, its parameters and its body.</summary>
internal sealed class OperationDescription : IOpenApiOperationTransformer
{
    public Task TransformAsync(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        operation.Security = [.. Security(metadata.OfType<ApiAccess>(), context.Document)];
        operation.Parameters = Parameters(context.Description, operation);
        operation.Responses = Responses(metadata.OfType<ProducesResponseTypeMetadata>(), operation);

        foreach (var body in metadata.OfType<RequestBody>())
        {
            operation.RequestBody = BodySchemas.Of(body);
        }

        return Task.CompletedTask;
    }

    /// <summary>Those of the path too, which no endpoint takes where a filter reads them.</summary>
    private static List<IOpenApiParameter> Parameters(ApiDescription description, OpenApiOperation operation)
    {
        var asked = operation.Parameters?.OfType<OpenApiParameter>().ToList() ?? [];
        var inPath = RoutePatternFactory.Parse(description.RelativePath!).Parameters.Select(one => one.Name);
        var missing = inPath.Except(asked.Select(one => one.Name)).Select(name => new OpenApiParameter
        {
            Name = name,
            In = ParameterLocation.Path,
            Required = true,
        });
        List<OpenApiParameter> all = [.. missing, .. asked];
        all.ForEach(ParameterSchemas.Describe);
        return [.. all];
    }

    /// <summary>The generator says each status's phrase. In the order of the statuses.</summary>
    private static OpenApiResponses Responses(
        IEnumerable<ProducesResponseTypeMetadata> answers, OpenApiOperation operation)
    {
        var said = answers.Where(answer => answer.Description is not null).ToLookup(answer => $"{answer.StatusCode}");
        var responses = new OpenApiResponses();
        foreach (var (status, response) in operation.Responses!.OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            ((OpenApiResponse)response).Description = said[status].Last().Description;
            responses.Add(status, response);
        }

        return responses;
    }

    /// <summary>
    /// None for an address that is open to all clients. A node with <c>Auth:Mode=none</c> asks for none.
    /// </summary>
    private static IEnumerable<OpenApiSecurityRequirement> Security(
        IEnumerable<ApiAccess> asked, OpenApiDocument? document)
    {
        foreach (var access in asked)
        {
            yield return Requirement(WholeDescription.Bearer, document);
            if (access == ApiAccess.Readers)
            {
                yield return Requirement(WholeDescription.Query, document);
            }

            yield return [];
        }
    }

    private static OpenApiSecurityRequirement Requirement(string scheme, OpenApiDocument? document) =>
        new() { [new OpenApiSecuritySchemeReference(scheme, document)] = [] };
}
