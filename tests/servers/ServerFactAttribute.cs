using Xunit;
using Xunit.Sdk;

namespace Relay.TestServers;

/// <summary>
/// A test that, in a class marked with <see cref="NeedsServerAttribute"/>, is skipped with a reason where the server's
/// program is not installed. With <c>CI=true</c> nothing is skipped: then the test fails where it starts the server. In
/// other classes it is like any other fact, so that a specification can be inherited by implementations with and
/// without a server.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("Relay.TestServers.ServerFactDiscoverer", "Relay.TestServers")]
public sealed class ServerFactAttribute : FactAttribute;
