namespace Relay.Sessions;

/// <summary>How deleting or creating a document ended.</summary>
internal enum LifeOutcome
{
    /// <summary>It is deleted, or created again, and log and snapshots say so.</summary>
    Done,

    /// <summary>Nothing is stored of it, so there is nothing to delete.</summary>
    NoDocument,

    /// <summary>It is not deleted, so there is nothing to create.</summary>
    Exists,

    /// <summary>What is stored of it does not read, so whether it was deleted is not known.</summary>
    Unreadable,
}
