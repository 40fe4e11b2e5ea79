namespace Relay.Persistence.Metadata;

/// <summary>
/// The store cannot be reached, or did not answer in time, or was not able to; whether a write was carried out is
/// unknown.
/// </summary>
public sealed class RoomMetadataUnavailableException(string message, Exception? inner = null)
    : Exception(message, inner);
