namespace Relay.Backplane;

/// <summary>What a node tells the other nodes of a document about the presence of its own clients.</summary>
public enum AwarenessKind
{
    /// <summary>Entries that changed (y-protocols encoding).</summary>
    Changes,

    /// <summary>
    /// The node has begun to listen, or has missed something: it says its own presence and asks for the others'.
    /// </summary>
    Hello,

    /// <summary>The answer to <see cref="Hello"/>: the node's own presence.</summary>
    Here,

    /// <summary>The node leaves the document: none of its clients is there any more. Without content.</summary>
    Bye,

    /// <summary>
    /// A client came back and ignores entries under clocks that it knows from before: owners are asked to say
    /// theirs under the next clock. Without content.
    /// </summary>
    Renew,
}
