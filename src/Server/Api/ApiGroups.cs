using Relay.Access;
using Relay.Api.Filters;

namespace Relay.Api;

/// <summary>Groups of addresses that ask the same of a request.</summary>
internal static class ApiGroups
{
    /// <summary>Addresses about the document that stands behind a prefix.</summary>
    public static RouteGroupBuilder About(this RouteGroupBuilder group, string prefix)
    {
        group.AddEndpointFilter(new DocumentFilter(prefix));
        return group.Refuses(StatusCodes.Status400BadRequest);
    }

    /// <summary>Addresses for those who may.</summary>
    public static RouteGroupBuilder For(this RouteGroupBuilder group, ApiAccess access, RequestGate gate)
    {
        group.AddEndpointFilter(new AccessFilter(gate, access));
        return group.WithMetadata(access).Refuses(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);
    }
}
