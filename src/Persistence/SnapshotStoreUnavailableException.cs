namespace Relay.Persistence;

/// <summary>The snapshot store cannot be reached, read or written, or gave back other bytes than it was given.</summary>
public sealed class SnapshotStoreUnavailableException : Exception
{
    public SnapshotStoreUnavailableException(string message)
        : base(message)
    {
    }

    public SnapshotStoreUnavailableException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
