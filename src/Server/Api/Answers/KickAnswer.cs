namespace Relay.Api.Answers;

/// <summary>What a kick ended.</summary>
/// <param name="Connections">How many accesses of a connection to a document ended.</param>
/// <param name="Nodes">Nodes that carried it out.</param>
/// <param name="SilentNodes">Nodes that have not answered; they carry it out when they are back.</param>
internal sealed record KickAnswer(long Connections, int Nodes, int SilentNodes);
