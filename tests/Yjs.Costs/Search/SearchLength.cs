using System.Diagnostics;
using System.Globalization;

namespace Relay.Yjs.Costs;

/// <summary>
/// How long searches last: one seed, or <c>RELAY_TEST_COST_INPUTS</c> for each kind of work, or
/// <c>RELAY_TEST_COST_SECONDS</c> for each. <c>RELAY_TEST_SEED</c> replays one.
/// </summary>
internal static class SearchLength
{
    public const int InputsPerSeed = 400;

    /// <summary>The seeds to search with, each with <see cref="InputsPerSeed"/> inputs.</summary>
    public static IEnumerable<int> Seeds()
    {
        if (Read("RELAY_TEST_SEED") is { } seed)
        {
            yield return seed;
            yield break;
        }

        var seeds = Math.Max(1, (Read("RELAY_TEST_COST_INPUTS") ?? InputsPerSeed) / InputsPerSeed);
        var seconds = Read("RELAY_TEST_COST_SECONDS") ?? 0;

        // A longer search begins elsewhere each time, or it would find the same.
        var first = seconds > 0 ? Random.Shared.Next(1_000_000_000) : 1;
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < seeds || watch.Elapsed.TotalSeconds < seconds; i++)
        {
            yield return first + i;
        }
    }

    private static int? Read(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
