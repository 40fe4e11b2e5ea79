using System.Globalization;

namespace Relay.Yjs.Judge;

/// <summary>What the environment may ask of the random tests.</summary>
internal static class TestSettings
{
    /// <summary>
    /// <c>RELAY_TEST_SEED</c>: replays the one document or batch that a failure named; absent: all of them.
    /// </summary>
    public static int? Seed => Read("RELAY_TEST_SEED");

    /// <summary><c>RELAY_TEST_DOCUMENTS</c>: how many random documents are judged; 2,000 by default.</summary>
    public static int Documents => Read("RELAY_TEST_DOCUMENTS") ?? 2_000;

    /// <summary><c>RELAY_TEST_FUZZ_INPUTS</c>: how many mutated inputs are tried; 1,000,000 by default.</summary>
    public static int FuzzInputs => Read("RELAY_TEST_FUZZ_INPUTS") ?? 1_000_000;

    /// <summary>The first seed of a longer run: <c>RELAY_TEST_FIRST_SEED</c>, 1 by default.</summary>
    public static int FirstSeed => Read("RELAY_TEST_FIRST_SEED") ?? 1;

    /// <summary><c>RELAY_TEST_REPORT</c>: a file for all failures, each with its seed, step and full text.</summary>
    public static string? Report =>
        Environment.GetEnvironmentVariable("RELAY_TEST_REPORT") is { Length: > 0 } file ? file : null;

    /// <summary>Whether a missing dependency is a failure: the variable that hosted builds set.</summary>
    public static bool IsCi =>
        string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase);

    private static int? Read(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : null;
}
