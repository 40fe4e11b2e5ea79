namespace Relay.Sessions;

/// <summary>How deleting or creating a document ended.</summary>
internal enum LifeOutcome
{
    /// <summary>It is deleted, or created again, and log and snapshots say so.</summary>
    Done,

    /// <summary>No snapshot and no log of it is stored, so it cannot be deleted.</summary>
    NoDocument,

    /// <summary>It is not deleted, so it cannot be created again.</summary>
    Exists,

    /// <summary>What is stored of it does not read, so whether it was deleted is not known.</summary>
    Unreadable,
}
