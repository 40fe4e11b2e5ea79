using Relay.Persistence.Metadata;

namespace Relay.Api.Answers;

/// <summary>The hours of all documents together.</summary>
/// <param name="Hours">Those in which a node ran, in their order.</param>
internal sealed record TotalHours(IReadOnlyList<HourTotals> Hours);
