namespace Relay.Yjs.Fuzz;

/// <summary>Valid bytes to damage.</summary>
internal sealed record FuzzMaterial(byte[][] Updates, byte[][] StateVectors, byte[][] Json, byte[][] Awareness);
