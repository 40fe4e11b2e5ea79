namespace Relay.DocLocator;

/// <summary>
/// The locator's table can be reached but not used, and only the people who run it can change that. The message is a
/// sentence for them.
/// </summary>
public sealed class LocatorMisconfiguredException(string message, Exception? inner = null) : Exception(message, inner);
