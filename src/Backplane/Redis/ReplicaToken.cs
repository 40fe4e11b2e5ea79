namespace Relay.Backplane;

/// <summary>Which connection to which server a call went through that replicas are to confirm.</summary>
/// <param name="Server">The server that had the call's partition before it was sent.</param>
/// <param name="Connection">The server's replication id, and the connection's id there.</param>
internal readonly record struct ReplicaToken(ReplicaWait Server, string Connection);
