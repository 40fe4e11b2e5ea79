namespace Relay.Sessions;

/// <summary>What a connection or a request may do with one document. Each level includes the one before it.</summary>
internal enum AccessLevel
{
    None,

    /// <summary>Be sent the document and its presence, and show one's own.</summary>
    Read,

    /// <summary>Change it.</summary>
    Write,
}
