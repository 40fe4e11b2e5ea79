namespace Relay.Reports;

/// <summary>What the nodes that run say about themselves.</summary>
/// <param name="Nodes">In the order of their starts.</param>
/// <param name="IsWhole">False when the other nodes cannot be heard now: then there is only the one that was
/// asked.</param>
internal sealed record ClusterReport(IReadOnlyList<NodeReport> Nodes, bool IsWhole);
