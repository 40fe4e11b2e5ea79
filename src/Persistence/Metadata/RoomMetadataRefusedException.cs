namespace Relay.Persistence.Metadata;

/// <summary>
/// The store was reached and says no, and will say no again. The message is one sentence for the people who run the
/// node.
/// </summary>
public sealed class RoomMetadataRefusedException(string message, Exception? inner = null) : Exception(message, inner);
