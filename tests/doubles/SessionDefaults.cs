using Relay.Sessions;
using Relay.Startup;

namespace Relay.Doubles;

/// <summary>What sessions are told by a node without settings.</summary>
internal static class SessionDefaults
{
    /// <summary>With presence at once, so that only tests of its pace have to wait for it.</summary>
    public static SessionSettings Value { get; } =
        new RelaySettings().ForSessions() with { PresenceInterval = TimeSpan.Zero };
}
