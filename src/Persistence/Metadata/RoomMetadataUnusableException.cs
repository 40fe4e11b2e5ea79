namespace Relay.Persistence.Metadata;

/// <summary>
/// The store is of no use to this process, now and later: it is damaged, or cannot be opened on this machine. The
/// message is a clause for the people who run the node, without a capital and a full stop. Documents do not need the
/// store.
/// </summary>
public sealed class RoomMetadataUnusableException(string message, Exception inner) : Exception(message, inner);
