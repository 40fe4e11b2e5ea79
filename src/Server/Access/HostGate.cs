using Relay.Problems;

namespace Relay.Access;

/// <summary>Refuses requests whose host name is not the node's own (<see cref="AllowedHosts"/>).</summary>
internal sealed class HostGate(AllowedHosts hosts)
{
    private const string Refusal =
        "This node does not answer to this host name. Its operator can allow it (Network:AllowedHosts).";

    public Task InvokeAsync(HttpContext context, RequestDelegate next) =>
        hosts.Allow(context.Request.Host.Host)
            ? next(context)
            : Problem.AnswerAsync(context, StatusCodes.Status421MisdirectedRequest, Refusal);
}
