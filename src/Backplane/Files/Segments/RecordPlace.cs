namespace Relay.Backplane;

/// <summary>Where a record stands.</summary>
internal readonly record struct RecordPlace(Segment Segment, long At, int Length);
