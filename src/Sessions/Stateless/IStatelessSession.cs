namespace Relay.Sessions;

/// <summary>Who hears the messages of applications on this node.</summary>
internal interface IStatelessSession
{
    /// <summary>Sends a message to all connections but the one named, as far as each keeps up.</summary>
    void Spread(ReadOnlyMemory<byte> message, Attachment? except);
}
