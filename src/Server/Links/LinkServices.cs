using Relay.DocLocator;
using Relay.Telemetry;

namespace Relay.Links;

/// <summary>What all links of a node share.</summary>
/// <param name="Self">This node.</param>
/// <param name="Dialer">Connects to others.</param>
/// <param name="Receiver">Is told what links bring.</param>
/// <param name="Options">Times and bounds.</param>
/// <param name="Time">The clock.</param>
/// <param name="Elsewhere">Runs what must not run on the caller's thread.</param>
/// <param name="Chance">From 0 up to 1.</param>
/// <param name="Metrics">What is counted.</param>
/// <param name="Logger">The log.</param>
/// <param name="Stopping">Cancelled when the node stops.</param>
internal sealed record LinkServices(
    NodeIdentity Self,
    ILinkDialer Dialer,
    ILinkReceiver Receiver,
    NodeLinkOptions Options,
    TimeProvider Time,
    Action<Action> Elsewhere,
    Func<double> Chance,
    LinkMetrics Metrics,
    ILogger Logger,
    CancellationToken Stopping);
