namespace Relay.Backplane;

/// <summary>What became of an order within a second.</summary>
/// <param name="Nodes">Other nodes that carried it out.</param>
/// <param name="SilentNodes">Other nodes that seem to listen and have not answered.</param>
/// <param name="Done">What the others say there was to do, in all.</param>
public readonly record struct OrderReceipt(int Nodes, int SilentNodes, long Done);
