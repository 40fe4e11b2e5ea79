using Relay.Backplane;
using Relay.Yjs;

namespace Relay.Simulation;

/// <summary>One process's way to the jobs.</summary>
internal sealed class JobClient(Process process, World world) : ISaveJobs
{
    public ValueTask<SaveClaim> ClaimAsync(DocumentName document, TimeSpan lease, CancellationToken cancellation) =>
        Call(() => world.Of(document).Redis.Jobs.Claim(process, lease), cancellation, "claim of a save");

    public ValueTask<IReadOnlyList<SaveJob>> ClaimOrphanedAsync(int most, TimeSpan lease,
        CancellationToken cancellation) =>
        Call(
            () =>
            {
                var claimed = new List<SaveJob>();
                foreach (var document in world.Documents)
                {
                    if (claimed.Count < most && document.Redis.Jobs.ClaimOrphaned(process, lease) is { } job)
                    {
                        world.Motion.Note(process, "claim of an orphaned document");
                        claimed.Add(job);
                    }
                }

                return (IReadOnlyList<SaveJob>)claimed;
            },
            cancellation,
            what: null);

    public ValueTask FailAsync(DocumentName document, string problem, CancellationToken cancellation) =>
        new(Call(
            () =>
            {
                world.Of(document).Redis.Jobs.Fail(process);
                return true;
            },
            cancellation,
            "failure of a save").AsTask());

    public ValueTask<IReadOnlyList<SaveJob>> ListAsync(int most, CancellationToken cancellation) =>
        throw new NotSupportedException("The simulation lists no jobs.");

    private ValueTask<T> Call<T>(Func<T> effect, CancellationToken cancellation, string? what) =>
        world.Calls.Make(process, world.RedisService, effect,
            () => new BackplaneUnavailableException("The connection is lost."), cancellation, what: what);
}
