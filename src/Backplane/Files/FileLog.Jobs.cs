using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// Documents with unsaved entries as jobs. This node is the only one, so claims are always granted; they keep it from
/// offering to itself what it is about to save.
/// </summary>
public sealed partial class FileLog
{
    private readonly FileSaveJobs jobs;

    /// <inheritdoc />
    public ValueTask<SaveClaim> ClaimAsync(DocumentName document, TimeSpan lease, CancellationToken cancellation)
    {
        _ = document.Value;
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lease, TimeSpan.Zero);
        cancellation.ThrowIfCancellationRequested();
        jobs.Claim(document, lease);
        lock (index)
        {
            var saved = documents.Peek(document) is { Problem: null, Saved: { Offset: > 0 } position }
                ? position
                : Position.None;
            return ValueTask.FromResult(new SaveClaim(IsGranted: true, saved));
        }
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
    /// Says what a written group makes of the jobs; before its callers are answered, so that they find it so.
    /// </summary>
    private void UpdateJobs()
    {
        foreach (var one in staged)
        {
            if (one.Document is not { Problem: null } document)
            {
                continue;
            }

            if (one.Length > 0 && one.Request.Mends)
            {
                jobs.Found(document.Name, problem: null);
            }
            else if (one.Length > 0 && one.Header.Kind == RecordKind.Entry)
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
}
