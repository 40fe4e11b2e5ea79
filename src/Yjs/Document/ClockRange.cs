namespace Relay.Yjs;

/// <summary>Clocks of one client, <paramref name="End"/> exclusive.</summary>
internal readonly record struct ClockRange(long Start, long End);
