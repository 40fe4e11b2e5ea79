using Relay.Persistence.Metadata;

namespace Relay.Api.Answers;

/// <summary>The nodes that run or ended in the last 24 hours.</summary>
/// <param name="Nodes">Those that started last come first.</param>
internal sealed record PastNodes(IReadOnlyList<NodeFigures> Nodes);
