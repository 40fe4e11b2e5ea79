using Microsoft.AspNetCore.Http.Features;
using Relay.Problems;
using Relay.Protocols;

namespace Relay.Api.Filters;

/// <summary>
/// Reads the document's name out of the request target, and refuses what is none. The framework's route value would
/// not do (<see cref="EncodedPath"/>).
/// </summary>
/// <param name="prefix">What stands before the name in all addresses of the group.</param>
internal sealed class DocumentFilter(string prefix) : IEndpointFilter
{
    private readonly int slashesBefore = prefix.Count(one => one == '/');

    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var pattern = ((RouteEndpoint)http.GetEndpoint()!).RoutePattern.RawText!;

        // The pattern of a group's own address ends in a slash.
        var following = pattern.AsSpan().TrimEnd('/').Count('/') - slashesBefore;
        if (!EncodedPath.TryGetName(target, prefix, following, out var name, out var error))
        {
            return ValueTask.FromResult<object?>(Problem.Of(http, StatusCodes.Status400BadRequest, error));
        }

        ApiCall.Of(http).Document = name;
        return next(context);
    }
}
