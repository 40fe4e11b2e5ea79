namespace Relay.Backplane;

/// <summary>What one WAIT said, and about what.</summary>
/// <param name="Connection">The server's replication id, and the connection's id there.</param>
/// <param name="Replicas">How many replicas have all that was written on the connection before.</param>
/// <param name="Lost">Partitions that the server did not have then, and what it said of them.</param>
internal sealed record ReplicaRound(string Connection, int Replicas, IReadOnlyDictionary<int, Exception> Lost);
