namespace Relay.Backplane;

/// <summary>Redis was reached, and this node must not work with it. The message is one sentence that names the setting.</summary>
public sealed class RedisStartException : Exception
{
    public RedisStartException(string message)
        : base(message)
    {
    }

    public RedisStartException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
