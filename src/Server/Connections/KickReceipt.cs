namespace Relay.Connections;

/// <summary>How far a <see cref="KickOrder"/> went within a second.</summary>
/// <param name="Connections">How many accesses of a connection to a document ended.</param>
/// <param name="Nodes">Nodes that carried it out, this one included.</param>
/// <param name="SilentNodes">Nodes that seem to be there and have not answered. They carry it out when they are back,
/// if that is within ten minutes.</param>
/// <param name="AreOthersReached">False when the other nodes could not be reached at all.</param>
internal readonly record struct KickReceipt(long Connections, int Nodes, int SilentNodes, bool AreOthersReached);
