namespace Relay.Sockets;

/// <summary>
/// A feature of requests on a connection for which there is no place (<see cref="ClientPlace.Brief"/>).
/// </summary>
internal interface IBriefConnection;
