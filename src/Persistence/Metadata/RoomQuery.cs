namespace Relay.Persistence.Metadata;

/// <summary>Which documents, and how many at once.</summary>
/// <param name="Order">How they are sorted.</param>
/// <param name="Limit">The most of one page.</param>
/// <param name="Cursor">What the page before gave as its <see cref="RoomPage.Next"/>; null for the first
/// page.</param>
/// <param name="Prefix">What the names begin with; null for all.</param>
/// <param name="Part">What the names contain, upper and lower case alike; null for all.</param>
public sealed record RoomQuery(RoomOrder Order = RoomOrder.Name, int Limit = 50, string? Cursor = null,
    string? Prefix = null, string? Part = null);
