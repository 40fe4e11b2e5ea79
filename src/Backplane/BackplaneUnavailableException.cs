namespace Relay.Backplane;

/// <summary>The backplane cannot be reached, read or written. What was under way has an unknown outcome.</summary>
public sealed class BackplaneUnavailableException : Exception
{
    public BackplaneUnavailableException(string message)
        : base(message)
    {
    }

    public BackplaneUnavailableException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
