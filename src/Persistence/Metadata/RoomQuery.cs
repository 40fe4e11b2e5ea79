namespace Relay.Persistence.Metadata;

/// <summary>Which rooms, and how many at once.</summary>
/// <param name="Order">How they are sorted.</param>
/// <param name="Limit">The most of one page.</param>
/// <param name="Cursor">What the page before gave as its <see cref="RoomPage.Next"/>; nothing for the first
/// one.</param>
/// <param name="Prefix">What the names begin with; nothing for all.</param>
/// <param name="Part">What the names contain, upper and lower case alike; nothing for all.</param>
public sealed record RoomQuery(RoomOrder Order = RoomOrder.Name, int Limit = 50, string? Cursor = null,
    string? Prefix = null, string? Part = null);
