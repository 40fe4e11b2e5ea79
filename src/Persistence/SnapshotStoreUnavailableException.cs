namespace Relay.Persistence;

/// <summary>
/// The snapshot store cannot be reached, read or written, or gave back other bytes than it was given.
/// </summary>
public sealed class SnapshotStoreUnavailableException : Exception
{
    /// <summary>
    /// What is stored at the very position does not read, and is kept: repeating does not help, and the document can be
    /// stored at its next position.
    /// </summary>
    public bool IsPositionTaken { get; init; }

    public SnapshotStoreUnavailableException(string message)
        : base(message)
    {
    }

    public SnapshotStoreUnavailableException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
