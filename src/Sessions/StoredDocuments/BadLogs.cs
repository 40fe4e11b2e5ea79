using Relay.Backplane;
using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// Sets aside a log that does not read, or that no longer reaches back to a snapshot. Its document then opens from the
/// snapshots and all entries that read. The bytes of a damaged log are kept. Where what is left is less than the
/// document was, the caller must accept the loss first.
/// </summary>
internal sealed class BadLogs(IDamagedLogs logs, DurableStateReader durable, LogRenewal renewal)
{
    /// <summary>A log that grows under every attempt belongs to a document that opens.</summary>
    private const int Tries = 10;

    /// <param name="name">The document.</param>
    /// <param name="acceptsLoss">Whether what does not read may be lost.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BackplaneUnavailableException">The log cannot be read or written now.</exception>
    /// <exception cref="SnapshotStoreUnavailableException">The snapshots cannot be read or written now.</exception>
    public async Task<SetAsideResult> SetAsideAsync(DocumentName name, bool acceptsLoss, CancellationToken cancellation)
    {
        if (await logs.SalvageAsync(name, cancellation) is not { } found)
        {
            return await BeginAnewAsync(name, acceptsLoss, cancellation);
        }

        // An entry whose bytes are those that were written, and no update, is one more that does not read.
        var salvaged = found with { Entries = [.. found.Entries.Where(IsReadable)] };
        var left = await durable.ReadSalvagedAsync(name, salvaged, cancellation);
        var loss = LossOf(salvaged, left);
        if (loss is not null && !acceptsLoss)
        {
            return new SetAsideResult(SetAsideOutcome.WouldLose, Loss: loss);
        }

        await renewal.KeepCreationAsync(name, left, salvaged.Entries, cancellation);
        return await logs.SetAsideAsync(name, renewal.EntryOf(salvaged.Entries), cancellation) is { } place
            ? new SetAsideResult(SetAsideOutcome.Done, place, loss, left.Outcome == DurableOutcome.Read)
            : new SetAsideResult(SetAsideOutcome.Reads);
    }

    /// <summary>
    /// The log's bytes read, but it begins later than the newest snapshot that reads ends, or has entries that are no
    /// updates. What is left becomes the first entry of a new log.
    /// </summary>
    private async Task<SetAsideResult> BeginAnewAsync(
        DocumentName name, bool acceptsLoss, CancellationToken cancellation)
    {
        for (var i = 0; i < Tries; i++)
        {
            var present = await durable.ReadAsync(name, cancellation);
            if (present.Outcome != DurableOutcome.Unreadable)
            {
                return new SetAsideResult(SetAsideOutcome.Reads);
            }

            var left = await durable.ReadWithoutAsync(name, Position.None, acceptsGap: true, cancellation);
            var loss = $"{present.Problem} What was written there is lost unless a client still has it.";
            if (left.Outcome != DurableOutcome.Read)
            {
                var held = await durable.ReadEntriesAsync(name, cancellation);
                var salvaged = held with { Entries = [.. held.Entries.Where(IsReadable)] };
                if (salvaged.Entries.Count == held.Entries.Count)
                {
                    return new SetAsideResult(SetAsideOutcome.Reads);
                }

                left = await durable.ReadSalvagedAsync(name, salvaged, cancellation);
                loss = LossOf(salvaged, left);
                left = left with { Entries = salvaged.Entries, Position = salvaged.End };
            }

            if (loss is not null && !acceptsLoss)
            {
                return new SetAsideResult(SetAsideOutcome.WouldLose, Loss: loss);
            }

            if (await renewal.TryBeginAsync(name, left, cancellation))
            {
                return new SetAsideResult(
                    SetAsideOutcome.Done, null, loss, Opens: left.Outcome == DurableOutcome.Read);
            }
        }

        throw new BackplaneUnavailableException($"The log of document '{name}' changed under every attempt.");
    }

    private bool IsReadable(LoggedEntry entry) =>
        entry.Kind != EntryKind.Update || durable.Reads(entry.Payload);

    /// <summary>What is lost: entries that do not read and that no snapshot covers.</summary>
    private static string? LossOf(SalvagedLog salvaged, DurableState left)
    {
        if (left.Outcome == DurableOutcome.Unreadable)
        {
            return $"The document cannot be opened without the log either. {left.Problem}";
        }

        var end = salvaged.End;
        var covered = left.Saved.Epoch > end.Epoch ? end.Offset : left.Saved.Epoch == end.Epoch ? left.Saved.Offset : 0;
        var read = salvaged.Entries.Select(entry => entry.Position.Offset).Where(at => at > covered).ToHashSet();
        var lost = end.Offset - covered - read.Count;
        if (left.Outcome == DurableOutcome.Deleted || lost <= 0)
        {
            return salvaged.MayLackEnd
                ? $"What the log held at its end is lost unless a client still has it. {salvaged.Problem}"
                : null;
        }

        var first = covered + 1;
        while (read.Contains(first))
        {
            first++;
        }

        return $"Of {end.Offset - covered} log entries after the newest snapshot {lost} do not read, the first of them "
            + $"at offset {first}; what they hold is lost unless a client still has it.";
    }
}
