using Relay.Access;
using Relay.Startup;

namespace Relay.Api;

/// <summary>
/// <c>POST /api/nodes/self/drain</c>: this node stops wanting clients, sends its own away a few at a time and leaves every document, as when it is told to stop; but the process stays until it is. For administrators.
/// </summary>
internal sealed class DrainEndpoint(RequestGate gate, NodeLifetime lifetime)
{
    public const string Path = "/api/nodes/self/drain";

    public async Task PostAsync(HttpContext context)
    {
        if (await gate.IdentifyAdminAsync(context) is null)
        {
            return;
        }

        lifetime.Drain();
        context.Response.StatusCode = StatusCodes.Status202Accepted;
    }
}
