using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>How an append ended.</summary>
public enum AppendOutcome
{
    /// <summary>
    /// The entry is in the log at <see cref="AppendResult.Position"/> (now, or already from an earlier
    /// try).
    /// </summary>
    Stored,

    /// <summary>
    /// There was no log: the entry is the first of a new, higher epoch, at offset 1. The caller must reconcile unless
    /// it knows an empty document.
    /// </summary>
    StartedEpoch,

    /// <summary>
    /// The log has another epoch than the caller meant; no entry was stored. <see cref="AppendResult.Position"/> is the
    /// log's end.
    /// </summary>
    OtherEpoch,
}

/// <summary>The answer to an append.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Position">The entry's position, or the log's end for <see cref="AppendOutcome.OtherEpoch"/>.</param>
/// <param name="Previous">The id of the entry before it; <see cref="EntryId.None"/> where there is none.</param>
public readonly record struct AppendResult(AppendOutcome Outcome, Position Position, EntryId Previous);
