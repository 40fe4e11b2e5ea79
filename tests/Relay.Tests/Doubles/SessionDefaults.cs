using Relay.Sessions;
using Relay.Startup;

namespace Relay.Doubles;

/// <summary>What sessions are told by a node without settings.</summary>
internal static class SessionDefaults
{
    public static SessionSettings Value { get; } = new RelaySettings().ForSessions();
}
