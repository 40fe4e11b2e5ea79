namespace Relay.Backplane;

/// <summary>When documents with unsaved entries are offered to nodes that look for orphaned ones.</summary>
public sealed record SaveJobOptions
{
    /// <summary>How long a document may have unsaved entries without a checkpoint before it is orphaned. Default: 3
    /// minutes, three times the default of
    /// <c>Documents:SaveInterval</c>: a node that holds the document has saved it by then. Too short costs a needless
    /// load of the document, too long delays only documents that no client has open.</summary>
    public TimeSpan OrphanedAfter { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>
    /// How long a job waits after its first failed attempt; each further one doubles it, up to
    /// <see cref="StalledInterval"/>. Default: 30 seconds.
    /// </summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How many attempts make a job stalled. Default: 5, which with the default waits is about 8 minutes of trouble.
    /// </summary>
    public int StalledAfter { get; init; } = 5;

    /// <summary>
    /// How often a stalled job is offered. Default: 1 hour: what was mended is saved without being asked for, and what
    /// is not costs little.
    /// </summary>
    public TimeSpan StalledInterval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a job with that many attempts is not offered.</summary>
    internal TimeSpan WaitAfter(int attempts)
    {
        if (attempts >= StalledAfter)
        {
            return StalledInterval;
        }

        var wait = RetryAfter * Math.Pow(2, Math.Max(0, attempts - 1));
        return wait < StalledInterval ? wait : StalledInterval;
    }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(OrphanedAfter, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(RetryAfter, TimeSpan.FromMilliseconds(1));
        ArgumentOutOfRangeException.ThrowIfLessThan(StalledAfter, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(StalledInterval, TimeSpan.FromMilliseconds(1));
    }
}
