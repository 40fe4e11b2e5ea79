namespace Relay.Sessions;

/// <summary>What a client may say about a document, whatever protocol carries it.</summary>
internal enum DocumentMessageKind
{
    /// <summary>"This is what I have" (a state vector): the answer is what the client lacks.</summary>
    SyncStep1,

    /// <summary>An update that answers the node's SyncStep1.</summary>
    SyncStep2,

    /// <summary>An update that the client made.</summary>
    Update,

    /// <summary>Presence entries.</summary>
    Awareness,

    /// <summary>A question for all presence entries.</summary>
    QueryAwareness,

    /// <summary>Bytes that are sent back when everything that the client sent before them is in the log.</summary>
    Marker,

    /// <summary>An application's own message to all other connections at the document.</summary>
    Stateless,
}
