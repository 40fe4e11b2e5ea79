using System.Globalization;

namespace Relay.Persistence;

/// <summary>
/// The seed of a random test: from the environment (<c>RELAY_TEST_SEED</c>) to repeat a run, otherwise new. Tests print
/// it with what failed.
/// </summary>
internal static class TestSeed
{
    internal static int Next() =>
        int.TryParse(Environment.GetEnvironmentVariable("RELAY_TEST_SEED"), NumberStyles.None,
            CultureInfo.InvariantCulture, out var seed) ? seed : Random.Shared.Next();
}
