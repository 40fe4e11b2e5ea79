using Relay.Backplane;
using Relay.Yjs;

namespace Relay.Doubles;

/// <summary>Save jobs as a test offers them.</summary>
internal sealed class OfferedJobs : ISaveJobs
{
    public Queue<DocumentName> Orphaned { get; } = new();

    public List<(DocumentName Document, string Problem)> Failed { get; } = [];

    public Gate Claiming { get; } = new();

    public ValueTask<SaveClaim> ClaimAsync(DocumentName document, TimeSpan lease, CancellationToken cancellation) =>
        ValueTask.FromResult(new SaveClaim(true, Position.None));

    public async ValueTask<IReadOnlyList<SaveJob>> ClaimOrphanedAsync(int most, TimeSpan lease,
        CancellationToken cancellation)
    {
        await Claiming.PassAsync();
        var claimed = new List<SaveJob>();
        while (claimed.Count < most && Orphaned.TryDequeue(out var document))
        {
            claimed.Add(new SaveJob(document, SaveJobState.Claimed, 1, default, null));
        }

        return claimed;
    }

    public ValueTask FailAsync(DocumentName document, string problem, CancellationToken cancellation)
    {
        Failed.Add((document, problem));
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<SaveJob>> ListAsync(int most, CancellationToken cancellation) =>
        ValueTask.FromResult<IReadOnlyList<SaveJob>>([]);
}
