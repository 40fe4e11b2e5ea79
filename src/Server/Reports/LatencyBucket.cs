namespace Relay.Reports;

/// <summary>How many durations were below one, and not below that of the bucket before.</summary>
/// <param name="Below">Seconds.</param>
/// <param name="Count">How many; older ones count for less.</param>
internal readonly record struct LatencyBucket(double Below, double Count);
