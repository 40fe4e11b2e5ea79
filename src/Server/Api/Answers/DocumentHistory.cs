using Relay.Persistence.Metadata;

namespace Relay.Api.Answers;

/// <summary>A document's figures.</summary>
/// <param name="Document">Those of now.</param>
/// <param name="Hours">The hours of the range in which something happened, in their order.</param>
internal sealed record DocumentHistory(RoomSummary Document, IReadOnlyList<RoomHour> Hours);
