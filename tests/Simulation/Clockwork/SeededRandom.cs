namespace Relay.Simulation;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood 2014): cheap to begin, and the same numbers from the same seed on every runtime.
/// </summary>
internal sealed class SeededRandom(ulong seed)
{
    private ulong state = seed;

    public ulong Next()
    {
        var z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>From 0 to below <paramref name="count"/>.</summary>
    public int Below(int count) => (int)(Next() % (ulong)count);

    /// <summary>From 0 to below 1.</summary>
    public double Share() => (Next() >> 11) / (double)(1UL << 53);

    public bool Chance(double probability) => probability > 0 && Share() < probability;

    public T One<T>(IReadOnlyList<T> choices) => choices[Below(choices.Count)];
}
