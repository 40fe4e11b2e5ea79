using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>The answer to a claim.</summary>
/// <param name="IsGranted">Whether the caller may save.</param>
/// <param name="Saved">The newest position of this log that a checkpoint has named as saved;
/// <see cref="Position.None"/> if the log knows of none.</param>
public readonly record struct SaveClaim(bool IsGranted, Position Saved);

/// <summary>What becomes of a document with unsaved entries.</summary>
public enum SaveJobState
{
    /// <summary>It has unsaved entries, and no node has claimed it.</summary>
    Available,

    /// <summary>Some node is about to save it.</summary>
    Claimed,

    /// <summary>Saving failed and is tried again.</summary>
    Retried,

    /// <summary>Saving failed repeatedly: an operator should look. It is still tried at long intervals.</summary>
    Stalled,
}

/// <summary>A document with unsaved entries.</summary>
/// <param name="Document">The document.</param>
/// <param name="State">What becomes of it.</param>
/// <param name="Attempts">How often it was claimed as orphaned, or failed, since its last checkpoint.</param>
/// <param name="DueAt">When it is offered (again) to a node that looks for orphaned documents.</param>
/// <param name="Problem">Why the last attempt failed, in one sentence; null if it did not.</param>
public sealed record SaveJob(DocumentName Document, SaveJobState State, int Attempts, DateTimeOffset DueAt,
    string? Problem);
