using System.Globalization;
using Xunit.Abstractions;

namespace Relay.Backplane.Support;

/// <summary>
/// The seed of a random test: printed, and taken from the environment variable RELAY_TEST_SEED where that is set.
/// </summary>
internal static class Seed
{
    public static Random Next(ITestOutputHelper output)
    {
        var text = Environment.GetEnvironmentVariable("RELAY_TEST_SEED");
        var seed = string.IsNullOrEmpty(text) ? Random.Shared.Next() : int.Parse(text, CultureInfo.InvariantCulture);
        output.WriteLine($"RELAY_TEST_SEED={seed}");
        return new Random(seed);
    }
}
