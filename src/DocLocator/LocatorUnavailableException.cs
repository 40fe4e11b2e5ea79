namespace Relay.DocLocator;

/// <summary>
/// The locator's table cannot be reached or refuses the call. Whether the call was carried out is unknown.
/// </summary>
public sealed class LocatorUnavailableException(string message, Exception inner) : Exception(message, inner);
