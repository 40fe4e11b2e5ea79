using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>How a read from the log ended.</summary>
public enum LogReadOutcome
{
    /// <summary>The position asked for fits; the entries follow it without a hole.</summary>
    Entries,

    /// <summary>
    /// There is no log for the document: it never had one, it was lost, or all of it was covered by a snapshot and has
    /// expired.
    /// </summary>
    NoLog,

    /// <summary>The log has another epoch.</summary>
    OtherEpoch,

    /// <summary>The position lies beyond the log's end.</summary>
    BeyondEnd,

    /// <summary>The log has another entry at the position's offset: another history.</summary>
    OtherEntry,

    /// <summary>Entries after the position are already trimmed: a newer snapshot is needed.</summary>
    Trimmed,

    /// <summary>
    /// Stored bytes of this document's log do not read; no entry is handed out beyond them and the document must be
    /// refused.
    /// </summary>
    Damaged,
}

/// <summary>The answer to a read.</summary>
/// <param name="Outcome">Whether the position fits the log.</param>
/// <param name="Entries">For <see cref="LogReadOutcome.Entries"/>, what follows the position, in order, up to the log's
/// end as it was at some moment after the call; for the other outcomes but <see cref="LogReadOutcome.NoLog"/> and
/// <see cref="LogReadOutcome.Damaged"/>, all that the log still holds.</param>
/// <param name="End">The last entry's position, also when <paramref name="Entries"/> is empty;
/// <see cref="Position.None"/> without a log.</param>
/// <param name="Start">The position just before the oldest entry that the log still holds; <see cref="Position.None"/>
/// without a log.</param>
/// <param name="Problem">For <see cref="LogReadOutcome.Damaged"/>: one sentence that says what is wrong and
/// where.</param>
public sealed record LogReadResult(
    LogReadOutcome Outcome,
    IReadOnlyList<LoggedEntry> Entries,
    Position End,
    Position Start,
    string? Problem = null);
