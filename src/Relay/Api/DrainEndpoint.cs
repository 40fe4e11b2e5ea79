using Relay.Access;

namespace Relay.Api;

/// <summary>
/// <c>POST /api/nodes/self/drain</c>: this node stops wanting clients, sends its own away a few at a time and leaves
/// every document, as when it is told to stop; but the process stays until it is. For administrators.
/// </summary>
/// <param name="gate">Who may.</param>
/// <param name="drain">Begins it.</param>
internal sealed class DrainEndpoint(RequestGate gate, Action drain)
{
    public const string Path = "/api/nodes/self/drain";

    public async Task PostAsync(HttpContext context)
    {
        if (await gate.IdentifyAdminAsync(context) is null)
        {
            return;
        }

        drain();
        context.Response.StatusCode = StatusCodes.Status202Accepted;
    }
}
