using Microsoft.Extensions.DependencyInjection;
using Relay.Doubles;
using Relay.Persistence;
using static Relay.Doubles.Messages;
using static Relay.Node.SnapshotRequests;

namespace Relay.Node;

/// <summary>What reading stored snapshots over HTTP costs a node.</summary>
public sealed class SnapshotReadTests
{
    [Fact]
    public async Task All_who_ask_for_a_snapshot_at_the_same_time_share_its_reading()
    {
        HeldSnapshots? snapshots = null;
        await using var node = await TestNode.StartAsync(
            _ => { },
            services =>
            {
                var own = services.Last(one => one.ServiceType == typeof(ISnapshotStore)).ImplementationFactory!;
                services.AddSingleton<ISnapshotStore>(
                    provider => snapshots = new HeldSnapshots((ISnapshotStore)own(provider)));
            },
            settings: LeaveAtOnce);
        var id = await node.SaveAsync(Typed(1, 0, "a"));
        var address = new Uri($"{Document}/snapshots/{id}", UriKind.Relative);
        snapshots!.Hold();
        var first = node.Http.GetByteArrayAsync(address);
        await snapshots.OneIsHeldAsync().WaitAsync(TestNode.Patience);
        var others = Enumerable.Range(0, 20).Select(_ => node.Http.GetByteArrayAsync(address)).ToList();

        // Requests are taken in their order of coming here: these come after the others.
        for (var i = 0; i < 20; i++)
        {
            await node.SnapshotIdsAsync();
        }

        Assert.Equal(1, snapshots.Reads);
        snapshots.LetAllGo();
        Assert.Equal(Typed(1, 0, "a"), await first);
        Assert.All(await Task.WhenAll(others), answer => Assert.Equal(Typed(1, 0, "a"), answer));
        Assert.InRange(snapshots.Reads, 2, 5);
    }
}
