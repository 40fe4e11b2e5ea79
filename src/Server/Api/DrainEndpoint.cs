using Microsoft.AspNetCore.Http.HttpResults;

namespace Relay.Api;

/// <summary>
/// <c>POST /api/nodes/self/drain</c>: this node stops wanting clients, sends its own away a few at a time and leaves
/// every document, as when it is told to stop; but the process stays until it is. For administrators.
/// </summary>
/// <param name="drain">Begins it.</param>
internal sealed class DrainEndpoint(Action drain)
{
    public Accepted Post()
    {
        drain();
        return TypedResults.Accepted((string?)null);
    }
}
