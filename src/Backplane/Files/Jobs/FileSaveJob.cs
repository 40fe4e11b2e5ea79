using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>A document with unsaved entries, as <see cref="FileSaveJobs"/> knows it.</summary>
internal sealed class FileSaveJob(DateTimeOffset dueAt)
{
    public DateTimeOffset DueAt { get; set; } = dueAt;

    /// <summary>Until when a save of it is claimed.</summary>
    public DateTimeOffset ClaimedUntil { get; set; }

    public int Attempts { get; set; }

    /// <summary>Whether the claim that lasts was counted as an attempt when it was made.</summary>
    public bool ClaimIsCounted { get; set; }

    public string? Problem { get; set; }

    /// <summary>The problem is that the document's log does not read.</summary>
    public bool IsDamaged { get; set; }

    public SaveJob Describe(DocumentName document, DateTimeOffset now, SaveJobOptions options)
    {
        var state =
            ClaimedUntil > now ? SaveJobState.Claimed
            : Attempts >= options.StalledAfter ? SaveJobState.Stalled
            : Attempts > 0 || Problem is not null ? SaveJobState.Retried
            : SaveJobState.Available;
        return new SaveJob(document, state, Attempts, DueAt, Problem);
    }
}
