using Relay.Persistence.Metadata;

namespace Relay.Api.Answers;

/// <summary>Some documents.</summary>
/// <param name="Documents">In the order that was asked for.</param>
/// <param name="Next">The cursor of the page after this one; null when this is the last.</param>
internal sealed record DocumentList(IReadOnlyList<RoomSummary> Documents, string? Next);
