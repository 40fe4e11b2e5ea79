namespace Relay.Sockets;

/// <summary>What a client's connection may do by the number of its descriptor.</summary>
internal enum ClientPlace
{
    /// <summary>It is served.</summary>
    Served,

    /// <summary>It may ask for the node's health; everything else is refused, and it is closed soon.</summary>
    Brief,

    /// <summary>It is closed at once.</summary>
    None,
}
