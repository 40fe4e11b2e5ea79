namespace Relay.Backplane;

/// <summary>
/// Redis was reached, and this node must not work with it; or its settings cannot be right. The message is one sentence
/// that names the setting.
/// </summary>
public sealed class RedisStartException(string message) : Exception(message);
