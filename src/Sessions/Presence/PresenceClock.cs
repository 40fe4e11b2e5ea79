namespace Relay.Sessions;

/// <summary>
/// Which clocks of presence entries are taken. Clients raise theirs by one for each change, and hold integers of at
/// most 2^53 - 1: a client whose clock another one drives there can never change its presence again.
/// </summary>
internal static class PresenceClock
{
    /// <summary>
    /// The largest clock of a client that is not known here. A client may have been anywhere before, so it is not
    /// bounded by what clients count (50 changes a second make 2^32 in three years). It leaves half of all clocks.
    /// </summary>
    public const ulong MostAtFirst = 1UL << 52;

    /// <summary>
    /// How far a clock may be ahead of the known one: as many changes as a client makes in four days offline at 50 a
    /// second. Steps of this size lead from the first bound to the last one in months.
    /// </summary>
    public const ulong MostAhead = 1UL << 24;

    /// <summary>The largest clock that is stored and told: it can be increased for as long as a client lives.</summary>
    public const ulong Most = (1UL << 53) - 1 - (1UL << 32);

    /// <summary>Whether a connection may say this clock.</summary>
    /// <param name="clock">The clock.</param>
    /// <param name="known">The client's newest known one; null if it is not known.</param>
    public static bool MayFollow(ulong clock, ulong? known) => known is { } before
        ? clock <= before || (clock - before <= MostAhead && clock <= Most)
        : clock <= MostAtFirst;
}
