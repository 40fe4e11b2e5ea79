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
/// <param name="IsSure">
/// Whether a connection is the client's own, and not one that passes on what its client heard in another way: it began
/// with news of this client and has been its only source since, or it has answered a question.
/// </param>
/// <param name="AskedAt">
/// The clock under which the connection was sent the client's removal, which only the client itself answers with a
/// newer clock; null when it was not asked, or has answered.
/// </param>
internal readonly record struct AwarenessClaim(
    Attachment? Connection, ulong Node, ulong? Clock, bool IsSure, ulong? AskedAt = null);
