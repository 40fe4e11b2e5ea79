namespace Relay.Bench.Hostile;

/// <summary>An input that should hurt.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Size">How much of it is sent.</param>
/// <param name="PrepareAsync">Brings a server to where it hurts, with a size.</param>
internal sealed record HostileInput(string Name, int Size, Func<Target, int, Task<Attack>> PrepareAsync)
{
    /// <summary>Whether it says something to Hocuspocus, too: it has no documents over HTTP.</summary>
    public bool IsForHocuspocus { get; init; } = true;

    /// <summary>
    /// What part of it is sent before, so that what is measured is compiled: one in so many. Where a tenth is below a
    /// limit that the whole is above, the whole.
    /// </summary>
    public int WarmUpShare { get; init; } = 10;

    /// <summary>Settings of the node, below <c>Relay:</c>.</summary>
    public Func<IReadOnlyDictionary<string, string>> Settings { get; init; } = () => new Dictionary<string, string>();
}
