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

    /// <summary>
    /// <c>RELAY_TEST_RESTS</c>: of those, only seeds that leave one of these numbers when they are divided by 20, such
    /// as <c>3,15</c>; all by default.
    /// </summary>
    public static IReadOnlySet<ulong>? Rests { get; } =
        Environment.GetEnvironmentVariable("RELAY_TEST_RESTS") is { Length: > 0 } text
            ? text.Split(',').Select(rest => ulong.Parse(rest, CultureInfo.InvariantCulture)).ToHashSet()
            : null;

    private static ulong? Read(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text
            ? ulong.Parse(text, CultureInfo.InvariantCulture)
            : null;
}
