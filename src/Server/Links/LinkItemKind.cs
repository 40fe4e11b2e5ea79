namespace Relay.Links;

/// <summary>
/// What an item on a link says. A reader skips even kinds that it does not know, and refuses odd ones.
/// </summary>
internal enum LinkItemKind : byte
{
    /// <summary>Presence that changed.</summary>
    Changes = 2,

    /// <summary>All presence of the node's clients at the document.</summary>
    Here = 4,

    /// <summary>Owners are asked to say their presence anew.</summary>
    Renew = 6,

    /// <summary>An application's own message.</summary>
    Stateless = 8,

    /// <summary>The node holds the document. Without content.</summary>
    Holds = 10,

    /// <summary>The node holds no session of the document up to this opening. Without content.</summary>
    Absent = 12,
}
