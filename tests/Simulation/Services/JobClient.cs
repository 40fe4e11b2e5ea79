using Relay.Backplane;
using Relay.Yjs;

namespace Relay.Simulation;

/// <summary>One process's way to the jobs.</summary>
internal sealed class JobClient(Process process, Redis redis, Jobs jobs, Calls calls) : ISaveJobs
{
    public ValueTask<SaveClaim> ClaimAsync(DocumentName document, TimeSpan lease, CancellationToken cancellation) =>
        Call(() => jobs.Claim(process, lease), cancellation);

    public ValueTask<IReadOnlyList<SaveJob>> ClaimForgottenAsync(int most, TimeSpan lease,
        CancellationToken cancellation) =>
        Call(() => jobs.ClaimForgotten(process, lease), cancellation);

    public async ValueTask FailAsync(DocumentName document, string problem, CancellationToken cancellation) =>
        await Call(
            () =>
            {
                jobs.Fail(process);
                return true;
            },
            cancellation);

    public ValueTask<IReadOnlyList<SaveJob>> ListAsync(int most, CancellationToken cancellation) =>
        throw new NotSupportedException("Nobody looks at the jobs here.");

    private ValueTask<T> Call<T>(Func<T> effect, CancellationToken cancellation) =>
        calls.Make(process, redis.Service, effect,
            () => new BackplaneUnavailableException("The connection is lost."), cancellation);
}
