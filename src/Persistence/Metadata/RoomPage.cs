namespace Relay.Persistence.Metadata;

/// <summary>One page of documents.</summary>
/// <param name="Rooms">In the order that was asked for.</param>
/// <param name="Next">The cursor of the page after this one; null when this is the last.</param>
public sealed record RoomPage(IReadOnlyList<RoomSummary> Rooms, string? Next);
