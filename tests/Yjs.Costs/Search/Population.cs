namespace Relay.Yjs.Costs;

/// <summary>The dearest inputs of a search so far, from which the next ones are made.</summary>
/// <param name="random">Where chance comes from.</param>
/// <param name="draw">A new input.</param>
/// <param name="mutate">An input that differs a little from another one.</param>
internal sealed class Population<T>(Random random, Func<Random, T> draw, Func<T, Random, T> mutate)
{
    private const int Kept = 24;
    private const int Restart = 12;

    private readonly List<(T Input, double Cost)> kept = [];

    /// <summary>What to try next.</summary>
    public T Next() =>
        kept.Count < Kept || random.Next(Restart) == 0
            ? draw(random) : mutate(kept[random.Next(kept.Count)].Input, random);

    /// <summary>What came of it.</summary>
    public void Add(T input, double cost)
    {
        kept.Add((input, cost));
        if (kept.Count > Kept)
        {
            kept.Remove(kept.MinBy(entry => entry.Cost));
        }
    }
}
