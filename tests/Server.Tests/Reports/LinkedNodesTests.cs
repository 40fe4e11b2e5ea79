using System.Text.Json;
using Relay.Backplane;

namespace Relay.Reports;

public sealed class LinkedNodesTests : INodeReports
{
    private readonly Dictionary<string, byte[]> stored = [];
    private readonly LinkedNodes linked;
    private int reads;

    public LinkedNodesTests() => linked = new LinkedNodes(this);

    [Fact]
    public async Task All_know_links_when_each_node_that_is_there_says_so()
    {
        Assert.False(linked.AreAll);
        Say("a", knowsLinks: true);
        await LookAsync();
        Assert.True(linked.AreAll);
        Say("b", knowsLinks: false);
        await LookAsync();
        Assert.False(linked.AreAll);
        stored.Remove("b");
        await LookAsync();
        Assert.True(linked.AreAll);
        Assert.Equal(2, reads);
    }

    [Fact]
    public async Task A_report_of_an_older_version_or_one_that_does_not_read_is_of_a_node_that_does_not_know_links()
    {
        stored["old"] = """{"incarnation":"old","version":"1.0.0"}"""u8.ToArray();
        await LookAsync();
        Assert.False(linked.AreAll);
        stored.Remove("old");
        stored["broken"] = "{"u8.ToArray();
        await LookAsync();
        Assert.False(linked.AreAll);
    }

    [Fact]
    public async Task Without_any_report_no_node_is_known_to()
    {
        await LookAsync();
        Assert.False(linked.AreAll);
    }

    public ValueTask StoreAsync(
        string node, ReadOnlyMemory<byte> report, TimeSpan lifetime, CancellationToken cancellation) => default;

    public ValueTask RemoveAsync(string node, CancellationToken cancellation) => default;

    public ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> ListAsync(CancellationToken cancellation)
    {
        reads++;
        return new([.. stored.Values.Select(bytes => new ReadOnlyMemory<byte>(bytes))]);
    }

    public ValueTask<IReadOnlyList<string>> ListNodesAsync(CancellationToken cancellation) => new([.. stored.Keys]);

    private void Say(string node, bool knowsLinks) => stored[node] = JsonSerializer.SerializeToUtf8Bytes(
        new NodeReport { Incarnation = node, KnowsLinks = knowsLinks }, ReportFormat.Default.NodeReport);

    private async Task LookAsync() =>
        await linked.LookAsync(await ListNodesAsync(CancellationToken.None), CancellationToken.None);
}
