using Relay.Connections;
using Relay.Startup;

namespace Relay.Doubles;

/// <summary>What connections are told by a node without settings.</summary>
internal static class ConnectionDefaults
{
    public static ConnectionLimits Value { get; } = new LimitsOptions().ForConnections();
}
