using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Relay.Backplane;
using Relay.Reports;

namespace Relay.Node;

/// <summary>What other nodes report, and how often it is read.</summary>
internal sealed class OtherNodes(params string[] reports) : INodeReports
{
    private static readonly DashboardFeedOptions Quick = new() { Interval = TimeSpan.FromMilliseconds(20) };

    private int reads;

    public bool IsAway { get; init; }

    public int Reads => Volatile.Read(ref reads);

    /// <summary>Starts a node that hears of these.</summary>
    public Task<TestNode> StartNodeAsync() => TestNode.StartAsync(
        builder => builder.Services.AddSingleton(Quick), services => services.AddSingleton<INodeReports>(this));

    public ValueTask StoreAsync(string node, ReadOnlyMemory<byte> report, TimeSpan lifetime,
        CancellationToken cancellation) => ValueTask.CompletedTask;

    public ValueTask RemoveAsync(string node, CancellationToken cancellation) => ValueTask.CompletedTask;

    public ValueTask<IReadOnlyList<string>> ListNodesAsync(CancellationToken cancellation) =>
        ValueTask.FromResult<IReadOnlyList<string>>([]);

    public ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> ListAsync(CancellationToken cancellation)
    {
        Interlocked.Increment(ref reads);
        return IsAway
            ? throw new BackplaneUnavailableException("It is away.")
            : ValueTask.FromResult<IReadOnlyList<ReadOnlyMemory<byte>>>(
                [.. reports.Select(report => new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(report)))]);
    }
}
