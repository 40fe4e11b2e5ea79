namespace Relay.Yjs;

/// <summary>The structs of one client between two clocks.</summary>
/// <param name="Client">The client.</param>
/// <param name="From">The first clock.</param>
/// <param name="To">The clock after the last.</param>
/// <param name="ContentBefore">
/// Where the run begins inside a block: the bytes of the block's content before it, or -1 to look for them.
/// </param>
internal readonly record struct ClientRun(ClientBlocks Client, long From, long To, int ContentBefore = -1);
