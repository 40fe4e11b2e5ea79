namespace Relay.Sessions;

/// <summary>What of a connection's update a content does not have.</summary>
/// <param name="Update">The new part, as an update; empty where there is none, or where it will not be taken.</param>
/// <param name="IsNew">Whether there is a new part.</param>
/// <param name="Growth">
/// What the content may grow by in memory, without <see cref="GrowthLimit.FixedBytes"/>, which comes once for many.
/// </param>
/// <param name="OnlyDeletes">Whether it only deletes, which makes room in the end.</param>
/// <param name="Extent">What the new part covers, where that is known: then it need not be read again.</param>
internal readonly record struct InputDiff(
    ReadOnlyMemory<byte> Update, bool IsNew, long Growth, bool OnlyDeletes = false, InputExtent Extent = default);
