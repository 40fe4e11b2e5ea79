namespace Relay.Connections;

/// <summary>A connection as <see cref="ConnectionRegistry"/> knows it.</summary>
internal interface IOpenConnection
{
    /// <summary>Ends it; thread-safe, and again without effect.</summary>
    void Close(CloseReason reason);
}
