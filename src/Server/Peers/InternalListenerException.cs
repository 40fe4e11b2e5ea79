namespace Relay.Peers;

/// <summary>The internal listener cannot be opened; the message says why and names the setting.</summary>
internal sealed class InternalListenerException(string message, Exception inner) : Exception(message, inner);
