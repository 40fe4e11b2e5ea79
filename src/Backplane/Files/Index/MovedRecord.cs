namespace Relay.Backplane;

/// <summary>A record that counts and that was copied into a group.</summary>
/// <param name="Document">Its document.</param>
/// <param name="Header">Its header.</param>
/// <param name="At">Where in the group it begins.</param>
/// <param name="Length">How long it is.</param>
internal readonly record struct MovedRecord(IndexedDocument Document, RecordHeader Header, int At, int Length);
