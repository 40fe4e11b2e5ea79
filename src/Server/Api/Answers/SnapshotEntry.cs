namespace Relay.Api.Answers;

/// <summary>A stored snapshot.</summary>
/// <param name="Id">How addresses name it.</param>
/// <param name="StoredAt">When it was stored.</param>
/// <param name="Epoch">The epoch of its position.</param>
/// <param name="Offset">The offset of its position.</param>
/// <param name="Bytes">The stored size.</param>
internal sealed record SnapshotEntry(string Id, DateTime StoredAt, long Epoch, long Offset, long Bytes);
