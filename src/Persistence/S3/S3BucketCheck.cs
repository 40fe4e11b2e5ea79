namespace Relay.Persistence.S3;

/// <summary>What the start-up check found.</summary>
/// <param name="Made">Whether this check made the bucket.</param>
/// <param name="ConditionalPuts">Whether the server keeps the condition that a key is free. If not, the store asks
/// before each put; see <see cref="S3SnapshotStore"/>.</param>
public readonly record struct S3BucketCheck(bool Made, bool ConditionalPuts);
