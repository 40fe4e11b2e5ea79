namespace Relay.Backplane.Support;

/// <summary>A node's view of the backplane under test.</summary>
public sealed record BackplaneNode(IDocumentLog Log, IDocumentChannel Channel);
