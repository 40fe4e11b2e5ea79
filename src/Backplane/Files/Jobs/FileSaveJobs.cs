using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// The save jobs of a node that is alone. Which documents are jobs follows from the log; attempts, claims and problems
/// are known to this process only, because the one after it starts all over: what a start finds unsaved is orphaned at
/// once, since no node can hold it. Thread-safe.
/// </summary>
internal sealed class FileSaveJobs(SaveJobOptions options, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly Dictionary<DocumentName, FileSaveJob> jobs = [];

    // No job is due before this: most rounds need not look at all jobs, for which appends would wait.
    private DateTimeOffset noneDueBefore = DateTimeOffset.MaxValue;

    /// <summary>How many jobs have been looked at for those that are due, for tests.</summary>
    internal long LookedAt { get; private set; }

    /// <summary>A start found the document unsaved, or its damaged log begins anew.</summary>
    public void Found(DocumentName document, string? problem)
    {
        lock (gate)
        {
            jobs[document] = new FileSaveJob(Due(time.GetUtcNow()))
            {
                Problem = problem,
                IsDamaged = problem is not null,
            };
        }
    }

    /// <summary>The document has an unsaved entry.</summary>
    public void Appended(DocumentName document)
    {
        lock (gate)
        {
            if (!jobs.ContainsKey(document))
            {
                jobs.Add(document, new FileSaveJob(Due(time.GetUtcNow() + options.OrphanedAfter)));
            }
        }
    }

    /// <summary>The document was found damaged: it is a job for an operator, who mends it.</summary>
    public void Damaged(DocumentName document, string problem)
    {
        lock (gate)
        {
            if (!jobs.TryGetValue(document, out var job))
            {
                job = new FileSaveJob(Due(time.GetUtcNow() + options.OrphanedAfter));
                jobs.Add(document, job);
            }

            job.Problem = problem;
            job.IsDamaged = true;
        }
    }

    /// <summary>A checkpoint covers the document's end.</summary>
    public void Saved(DocumentName document)
    {
        lock (gate)
        {
            jobs.RemoveAndShrink(document);
        }
    }

    /// <summary>A checkpoint named an entry before the document's end.</summary>
    /// <param name="document">The document.</param>
    /// <param name="further">Whether it reaches further than those before it.</param>
    public void SavedPartly(DocumentName document, bool further)
    {
        lock (gate)
        {
            if (!jobs.TryGetValue(document, out var job))
            {
                return;
            }

            job.ClaimedUntil = default;
            if (further)
            {
                job.Attempts = 0;
                job.Problem = null;
                job.DueAt = Due(time.GetUtcNow() + options.OrphanedAfter);
            }
        }
    }

    public void Claim(DocumentName document, TimeSpan lease)
    {
        lock (gate)
        {
            if (jobs.TryGetValue(document, out var job))
            {
                var until = time.GetUtcNow() + lease;
                job.ClaimIsCounted &= job.ClaimedUntil > time.GetUtcNow();
                job.ClaimedUntil = until;
                job.DueAt = Later(job.DueAt, until);
            }
        }
    }

    public IReadOnlyList<SaveJob> ClaimOrphaned(int most, TimeSpan lease)
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            if (now < noneDueBefore)
            {
                return [];
            }

            LookedAt += jobs.Count;
            var due = jobs.Where(job => job.Value.DueAt <= now && job.Value.ClaimedUntil <= now)
                .OrderBy(job => job.Value.DueAt).Take(most).ToList();
            foreach (var (_, job) in due)
            {
                job.Attempts++;
                job.ClaimIsCounted = true;
                job.ClaimedUntil = now + lease;
                job.DueAt = Later(job.ClaimedUntil, now + options.WaitAfter(job.Attempts));
            }

            noneDueBefore = jobs.Count > 0 ? jobs.Values.Min(job => job.DueAt) : DateTimeOffset.MaxValue;

            return [.. due.Select(job => job.Value.Describe(job.Key, now, options))];
        }
    }

    public void Fail(DocumentName document, string problem)
    {
        lock (gate)
        {
            if (!jobs.TryGetValue(document, out var job))
            {
                return;
            }

            var now = time.GetUtcNow();
            if (!(job.ClaimIsCounted && job.ClaimedUntil > now))
            {
                job.Attempts++;
            }

            job.ClaimIsCounted = false;
            job.ClaimedUntil = default;
            if (!job.IsDamaged)
            {
                // Where the damage is says more than that the document could not be opened.
                job.Problem = problem;
            }

            job.DueAt = Due(now + options.WaitAfter(job.Attempts));
        }
    }

    public IReadOnlyList<SaveJob> List(int most)
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            return
            [
                .. jobs.OrderByDescending(job => job.Value.Problem is not null)
                    .ThenByDescending(job => job.Value.Attempts).ThenBy(job => job.Value.DueAt)
                    .Take(most).Select(job => job.Value.Describe(job.Key, now, options)),
            ];
        }
    }

    private DateTimeOffset Due(DateTimeOffset at)
    {
        noneDueBefore = at < noneDueBefore ? at : noneDueBefore;
        return at;
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
