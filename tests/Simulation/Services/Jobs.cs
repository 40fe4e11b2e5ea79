using Relay.Backplane;
using Relay.Yjs;

namespace Relay.Simulation;

/// <summary>
/// The job of saving the document: who has claimed it, and when it is offered to those who look for orphaned ones.
/// Lost with the log; the log itself says whether there is a job.
/// </summary>
internal sealed class Jobs(Agenda agenda, DocumentName document, Redis redis, SaveJobOptions options)
{
    private (string By, TimeSpan Until)? claim;
    private TimeSpan quietSince;
    private TimeSpan retryAt;
    private int attempts;

    public SaveClaim Claim(Process by, TimeSpan lease)
    {
        var saved = redis.Log?.Saved ?? Position.None;
        if (IsClaimed && claim!.Value.By != by.Name)
        {
            return new SaveClaim(false, saved);
        }

        claim = (by.Name, agenda.Now + lease);
        return new SaveClaim(true, saved);
    }

    public SaveJob? ClaimOrphaned(Process by, TimeSpan lease)
    {
        if (!redis.IsUnsaved || IsClaimed || agenda.Now < retryAt || agenda.Now < quietSince + options.OrphanedAfter)
        {
            return null;
        }

        claim = (by.Name, agenda.Now + lease);
        attempts++;
        return new SaveJob(document, SaveJobState.Claimed, attempts, default, null);
    }

    public void Fail(Process by)
    {
        if (claim?.By == by.Name)
        {
            claim = null;
        }

        attempts++;
        retryAt = agenda.Now + (options.RetryAfter * Math.Pow(2, Math.Min(attempts - 1, 3)));
    }

    /// <summary>
    /// A first entry that no snapshot covers, or a checkpoint: from here on somebody may be expected to save.
    /// </summary>
    public void Begin()
    {
        claim = null;
        attempts = 0;
        retryAt = TimeSpan.Zero;
        quietSince = agenda.Now;
    }

    private bool IsClaimed => claim is { } current && agenda.Now < current.Until;
}
