using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Simulation;

/// <summary>
/// One process's way to the other nodes: asks the holders one after the other, each for as long as a deadline. An
/// answer is what the peer was when it was asked, and may arrive much later.
/// </summary>
internal sealed class PeerClient(World world, Process process, string address) : IPeers
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan NextAfter = TimeSpan.FromMilliseconds(250);

    public async ValueTask<PeerState?> AskAsync(DocumentName document, IReadOnlyList<string> holders,
        CancellationToken cancellation)
    {
        if (holders.Contains(address))
        {
            // Not thrown: to a load every exception is only a failure.
            world.Fail($"{process.Name} was to ask itself for the document.");
        }

        var answer = new TaskCompletionSource<PeerState?>();
        cancellation.UnsafeRegister(
            static (a, token) => ((TaskCompletionSource<PeerState?>)a!).TrySetCanceled(token), answer);
        for (var i = 0; i < holders.Count; i++)
        {
            var holder = holders[i];
            world.Agenda.Add(NextAfter * i, process, () => Ask(document, holder, answer));
        }

        world.Agenda.Add(Deadline, process, () => answer.TrySetResult(null));
        return await answer.Task;
    }

    private void Ask(DocumentName document, string holder, TaskCompletionSource<PeerState?> answer)
    {
        var node = world.Nodes.FirstOrDefault(n => n.Address == holder);
        if (answer.Task.IsCompleted || node is not { IsUp: true } || world.Random.Chance(world.Weather.BadPeers / 2))
        {
            return;
        }

        world.Agenda.Add(world.Calls.Delay(), node.Process, () => node.Sessions.TryShare(document, state =>
        {
            // It may be on its way for as long as its asker waits, while the world goes on.
            var late = world.Random.Chance(world.Weather.BadPeers)
                ? TimeSpan.FromMilliseconds(world.Random.Below(2_000))
                : world.Calls.Delay();
            var sent = state is null ? null : world.Upgrade?.Written(node.Process, state) ?? state;
            world.Agenda.Add(late, process, () => Take(holder, sent, answer));
        }));
    }

    private void Take(string holder, PeerState? sent, TaskCompletionSource<PeerState?> answer)
    {
        var state = sent is not null && world.Upgrade is { } upgrade ? upgrade.Read(process, sent) : sent;
        if (state is not null && answer.TrySetResult(state))
        {
            world.Trace($"{process.Name}: {holder} answers with its state at {state.Position}");
        }
    }
}
