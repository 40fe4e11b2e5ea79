using Relay.Access;
using Relay.Sessions;

namespace Relay.Api.Filters;

/// <summary>Lets those pass whose token allows what an address does; the gate answers the others.</summary>
/// <param name="gate">Checks the token.</param>
/// <param name="access">Who may.</param>
internal sealed class AccessFilter(RequestGate gate, ApiAccess access) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var call = ApiCall.Of(http);
        var grant = access switch
        {
            ApiAccess.Readers => await gate.IdentifyAsync(http, call.Document, AccessLevel.Read),
            ApiAccess.Writers => await gate.IdentifyAsync(http, call.Document, AccessLevel.Write),
            _ => await gate.IdentifyAdminAsync(http),
        };
        if (grant is null)
        {
            return TypedResults.Empty;
        }

        call.Grant = grant;
        return await next(context);
    }
}
