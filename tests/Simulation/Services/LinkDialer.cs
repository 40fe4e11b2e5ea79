using Relay.DocLocator;
using Relay.Links;

namespace Relay.Simulation;

/// <summary>One process's way to the internal listeners of other nodes.</summary>
internal sealed class LinkDialer(LinkNetwork network, World world, Process process, NodeIdentity self) : ILinkDialer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async ValueTask<ILinkConnection?> DialAsync(NodeIdentity peer, CancellationToken cancellation)
    {
        var answer = new TaskCompletionSource<ILinkConnection?>();
        world.Agenda.Add(Patience, process, () => answer.TrySetResult(null));
        var node = world.Nodes.FirstOrDefault(n => n.Address == peer.Address);
        if (node is { IsUp: true } && node.Process.Name == peer.Incarnation
            && network.Connect(process, node.Process) is { } line)
        {
            world.Agenda.Add(network.Delay(), node.Process, () =>
            {
                if (!answer.Task.IsCompleted && node.Linked is { } linked)
                {
                    _ = linked.Links.AcceptAsync(self, line.Other);
                    world.Agenda.Add(network.Delay(), process, () => answer.TrySetResult(line));
                }
            });
        }

        return await answer.Task;
    }
}
