namespace Relay.Backplane.Support;

/// <summary>A node's view of the jobs under test, and of the log that they follow from.</summary>
public sealed record JobsNode(IDocumentLog Log, ISaveJobs Jobs);
