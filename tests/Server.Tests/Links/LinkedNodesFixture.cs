namespace Relay.Links;

/// <summary>Three nodes over one channel, which can be joined by links. What they do happens at once.</summary>
internal sealed class LinkedNodesFixture : IDisposable
{
    public LinkedNodesFixture() => (One, Two, Three) = (New(1), New(2), New(3));

    public FakeTimeProvider Time { get; } = new();

    /// <summary>The nodes that the channel reaches.</summary>
    public List<LinkedNode> All { get; } = [];

    public LinkedNode One { get; }

    public LinkedNode Two { get; }

    public LinkedNode Three { get; }

    public void Dispose() => All.ForEach(node => node.Dispose());

    /// <summary>Opens the document on nodes, one after the other.</summary>
    public Task OpenAsync(params LinkedNode[] nodes)
    {
        // From here on what a test brings about happens at once, on its own thread.
        SynchronizationContext.SetSynchronizationContext(null);
        return OpenInTurnAsync(nodes);
    }

    /// <summary>Has the first node do something that must cost no message on the channel.</summary>
    public async Task ThroughLinksAsync(Func<ValueTask> action)
    {
        var before = One.Published.Count;
        await action();
        Time.Advance(TimeSpan.FromMilliseconds(20));
        Assert.Equal(before, One.Published.Count);
    }

    private static async Task OpenInTurnAsync(LinkedNode[] nodes)
    {
        foreach (var node in nodes)
        {
            await node.OpenAsync();
        }
    }

    private LinkedNode New(int number) => new(number, All, Time);
}
