namespace Relay.Api.Answers;

/// <summary>The snapshots of a document since its last deletion.</summary>
/// <param name="Snapshots">The newest first.</param>
internal sealed record SnapshotList(IReadOnlyList<SnapshotEntry> Snapshots);
