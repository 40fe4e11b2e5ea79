namespace Relay.Yjs;

/// <summary>
/// The structs of one client in an update: consecutive in <see cref="DecodedUpdate.Structs"/>, ascending in their
/// clocks. Skips are left out.
/// </summary>
internal readonly record struct ClientSection(ulong Client, int First, int Count);
