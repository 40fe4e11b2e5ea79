namespace Relay.DocLocator;

/// <summary>
/// The locator's table cannot be reached or refuses the call. What was under way has an unknown outcome.
/// </summary>
public sealed class LocatorUnavailableException(string message, Exception inner) : Exception(message, inner);
