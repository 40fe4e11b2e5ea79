using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// Documents with unsaved entries as jobs, kept in step with the log. This node is the only one, so claims are always
/// granted; they keep it from offering to itself what it is about to save.
/// </summary>
internal sealed class LogJobs(FileSaveJobs jobs, LogIndex index) : ISaveJobs
{
    /// <summary>Makes jobs of the documents that a start found unsaved.</summary>
    public void AddFound()
    {
        foreach (var (name, problem) in index.Unsaved())
        {
            jobs.Found(name, problem);
        }
    }

    /// <inheritdoc />
    public ValueTask<SaveClaim> ClaimAsync(DocumentName document, TimeSpan lease, CancellationToken cancellation)
    {
        _ = document.Value;
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lease, TimeSpan.Zero);
        cancellation.ThrowIfCancellationRequested();
        jobs.Claim(document, lease);
        return ValueTask.FromResult(new SaveClaim(IsGranted: true, index.SavedOf(document)));
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<SaveJob>> ClaimOrphanedAsync(int most, TimeSpan lease,
        CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(most);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lease, TimeSpan.Zero);
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.FromResult(jobs.ClaimOrphaned(most, lease));
    }

    /// <inheritdoc />
    public ValueTask FailAsync(DocumentName document, string problem, CancellationToken cancellation)
    {
        _ = document.Value;
        ArgumentNullException.ThrowIfNull(problem);
        cancellation.ThrowIfCancellationRequested();
        jobs.Fail(document, problem);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<SaveJob>> ListAsync(int most, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(most);
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.FromResult(jobs.List(most));
    }

    /// <summary>
    /// Notes what a stored group makes of the jobs; before its callers are answered, so that they find it so. The
    /// writer's alone.
    /// </summary>
    public void Update(ReadOnlySpan<StagedRequest> staged)
    {
        foreach (ref readonly var one in staged)
        {
            if (one.Document is { Problem: null } document)
            {
                Update(one, document);
            }
        }
    }

    private void Update(in StagedRequest one, IndexedDocument document)
    {
        if (one.Length > 0 && one.Request.Mends)
        {
            jobs.Found(document.Name, problem: null);
        }
        else if (one.IsStoredEntry)
        {
            // A later checkpoint of the group may cover it already.
            if (document.IsUnsaved)
            {
                jobs.Appended(document.Name);
            }
        }
        else if (!one.Saved.IsNone)
        {
            if (document.IsUnsaved)
            {
                jobs.SavedPartly(document.Name, further: one.Length > 0);
            }
            else
            {
                jobs.Saved(document.Name);
            }
        }
    }
}
