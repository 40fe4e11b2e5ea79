namespace Relay.Sessions;

/// <summary>What became of a message.</summary>
internal enum ReceiptKind
{
    /// <summary>An update that is in the log.</summary>
    Accepted,

    /// <summary>An update of a connection that may only read.</summary>
    Refused,

    /// <summary>A marker, before which everything is in the log.</summary>
    Marker,
}
