using Relay.Access;
using Relay.Connections;
using Relay.Sessions;
using Relay.Sockets.Backpressure;

namespace Relay.Protocols.Hocuspocus;

/// <summary>What all Hocuspocus sockets of a node share; one object, so that a socket holds one reference.</summary>
/// <param name="Sessions">Where documents are.</param>
/// <param name="Tokens">Checks tokens.</param>
/// <param name="Users">How many documents each user may have open.</param>
/// <param name="Formats">The formats of plain addresses.</param>
/// <param name="Limits">What one connection may do.</param>
/// <param name="Unadmitted">What is kept of clients that have shown no token is charged to it.</param>
/// <param name="Time">The clock.</param>
/// <param name="Logger">Where sockets log.</param>
/// <param name="StampsAwareness">Whether presence shows whom the token names.</param>
internal sealed record HocuspocusServices(
    SessionRegistry Sessions,
    ClientTokens Tokens,
    UserPlaces Users,
    HocuspocusFormats Formats,
    ConnectionLimits Limits,
    UnadmittedBudget Unadmitted,
    TimeProvider Time,
    ILogger Logger,
    bool StampsAwareness = false);
