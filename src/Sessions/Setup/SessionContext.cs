using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>What every part of a session needs.</summary>
/// <param name="Name">The document.</param>
/// <param name="Settings">The node's settings for sessions.</param>
/// <param name="Effects">Timers, and calls that take time.</param>
/// <param name="Metrics">What the node measures.</param>
/// <param name="Logger">The node's log.</param>
internal sealed record SessionContext(
    DocumentName Name, SessionSettings Settings, SessionEffects Effects, SessionMetrics Metrics, ILogger Logger)
{
    public DateTimeOffset Now => Effects.Now;
}
