using System.Globalization;

namespace Relay.Simulation;

/// <summary>What the environment may ask of the simulation.</summary>
internal static class TestSettings
{
    /// <summary>
    /// <c>RELAY_TEST_SEED</c>: replays the one schedule that a failure named, with its trace; absent: all of them.
    /// </summary>
    public static ulong? Seed => Read("RELAY_TEST_SEED");

    /// <summary><c>RELAY_TEST_SCHEDULES</c>: how many schedules are played; 10,000 by default.</summary>
    public static ulong Schedules => Read("RELAY_TEST_SCHEDULES") ?? 10_000;

    /// <summary>The first seed of a longer run: <c>RELAY_TEST_FIRST_SEED</c>, 1 by default.</summary>
    public static ulong FirstSeed => Read("RELAY_TEST_FIRST_SEED") ?? 1;

    private static ulong? Read(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text
            ? ulong.Parse(text, CultureInfo.InvariantCulture)
            : null;
}
