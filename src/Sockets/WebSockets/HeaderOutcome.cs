namespace Relay.Sockets.WebSockets;

/// <summary>How reading a frame header ended.</summary>
internal enum HeaderOutcome
{
    /// <summary>The header is whole and allowed.</summary>
    Read,

    /// <summary>More bytes are needed to tell.</summary>
    NeedsMore,

    /// <summary>No client may send this.</summary>
    Invalid,
}
