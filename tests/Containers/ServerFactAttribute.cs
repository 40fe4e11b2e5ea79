namespace Relay.TestServers;

/// <summary>
/// A test that needs a server. Where no container can be started it fails: whoever runs these tests means to.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ServerFactAttribute : FactAttribute;
