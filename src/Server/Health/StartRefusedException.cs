namespace Relay.Health;

/// <summary>
/// A service was reached, and the node must not or cannot work with it as it is set up. The message is one sentence for
/// the people who run the node.
/// </summary>
internal sealed class StartRefusedException(string message, Exception inner) : Exception(message, inner);
