namespace Relay.Yjs;

/// <summary>A range of deleted clocks of one client, <paramref name="End"/> exclusive.</summary>
internal readonly record struct DeleteRange(ulong Client, long Start, long End);
