namespace Relay.Sessions;

/// <summary>One source of a client's presence.</summary>
/// <param name="Connection">A connection of this node; null when another node is the source.</param>
/// <param name="Node">
/// Another node (its id on channels), 0 for one that is not known; 0 as well for a connection.
/// </param>
/// <param name="Clock">
/// The newest clock under which it said the presence itself; null for a connection in whose place the client has
/// opened another one.
/// </param>
internal readonly record struct AwarenessClaim(Attachment? Connection, ulong Node, ulong? Clock);
