namespace Relay.Persistence.Metadata;

/// <summary>A document and its hours.</summary>
/// <param name="Room">The document as it is now.</param>
/// <param name="Hours">Those of the range in which something happened, in their order.</param>
public sealed record RoomHistory(RoomSummary Room, IReadOnlyList<RoomHour> Hours);
