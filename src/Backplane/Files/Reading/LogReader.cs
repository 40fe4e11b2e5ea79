using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// Reads entries: what to read is decided against the index, and the files are read without a lock. A document whose
/// entry does not read is refused from then on. Thread-safe.
/// </summary>
internal sealed class LogReader(LogIndex index, DocumentRefusals refusals, string directory)
{
    // Below, a read is a few system calls that the page cache answers; above, it leaves the caller's thread.
    private const long InlineReadBytes = 256 << 10;

    /// <inheritdoc cref="IDocumentLog.ReadAsync" />
    public ValueTask<LogReadResult> ReadAsync(DocumentName document, Position after, CancellationToken cancellation)
    {
        _ = document.Value;
        cancellation.ThrowIfCancellationRequested();
        var plan = index.PlanRead(document, after);

        // Without the token: what was acquired must be released.
        return plan.Entries.Length == 0 ? ValueTask.FromResult(plan.Frame)
            : plan.Bytes <= InlineReadBytes ? ValueTask.FromResult(Read(document, plan, cancellation))
            : new ValueTask<LogReadResult>(
                Task.Run(() => Read(document, plan, cancellation), CancellationToken.None));
    }

    private LogReadResult Read(DocumentName document, in PlannedRead plan, CancellationToken cancellation)
    {
        try
        {
            var before = plan.Before;
            var result = new LoggedEntry[plan.Entries.Length];
            for (var done = 0; done < result.Length;)
            {
                cancellation.ThrowIfCancellationRequested();
                var run = EntryRun.First(plan.Entries.AsSpan(done));
                if (!EntryRun.TryRead(document, ref before, run, result.AsSpan(done), out var bad, out var refusal))
                {
                    return Refuse(document, plan.Frame, before, bad, refusal);
                }

                done += run.Length;
            }

            return plan.Frame with { Entries = result };
        }
        catch (IOException e)
        {
            throw new BackplaneUnavailableException($"The log in {directory} could not be read: {e.Message}", e);
        }
        finally
        {
            plan.Release();
        }
    }

    private LogReadResult Refuse(
        DocumentName document, LogReadResult frame, Position before, in HeldEntry bad, string? refusal)
    {
        var problem = refusal is not null
            ? DamageText.OfUnknown(document, refusal, bad.Segment, bad.At)
            : DamageText.OfEntry(
                document, new Position(before.Epoch, before.Offset + 1, bad.Id),
                    new RecordPlace(bad.Segment, bad.At, bad.Length));
        refusals.Refuse(document, bad.Segment, problem, isDamage: refusal is null);
        return frame with { Outcome = LogReadOutcome.Damaged, Problem = problem };
    }
}
