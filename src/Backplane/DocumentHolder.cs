namespace Relay.Backplane;

/// <summary>
/// Where a node that holds a document is reached, and which of its sessions of the document is meant.
/// </summary>
/// <param name="Node">Address and incarnation of the node, as they stand in the locator.</param>
/// <param name="Opening">
/// Counts what the node has opened since its start: of two messages about one document the one with the larger number
/// is about the later session, whichever way they came.
/// </param>
public sealed record DocumentHolder(string Node, ulong Opening);
