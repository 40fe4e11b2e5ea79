namespace Relay.Sessions;

/// <summary>What one document takes of <see cref="NodeMemory"/>. Belongs to the session's mailbox.</summary>
internal sealed class MemoryShare(NodeMemory node)
{
    /// <summary>Growth by less is not told to the node, so that small updates touch no shared memory.</summary>
    private const long Page = 4096;

    private long bytes;
    private long charged;
    private bool isClosed;

    /// <summary>Whether the document may grow by so much more.</summary>
    public bool Allows(long growth) => node.Allows(bytes, growth);

    /// <summary>Whether the document's presence may grow by so much more.</summary>
    public bool AllowsPresence(long growth) => node.AllowsPresence(bytes, growth);

    /// <summary>
    /// Whether so much more may be deleted of it. Documents below their share leave a part of the node's memory free,
    /// and what is deleted gives back more than it takes.
    /// </summary>
    public bool AllowsDeletes(long growth) => node.HasRoom(growth);

    /// <summary>The document has grown, or shrunk.</summary>
    public void Add(long growth)
    {
        bytes += growth;
        if (!isClosed && Math.Abs(bytes - charged) >= Page)
        {
            node.Take(bytes - charged);
            charged = bytes;
        }
    }

    /// <summary>The document is closed; what is added after that does not count.</summary>
    public void Close()
    {
        if (!isClosed)
        {
            isClosed = true;
            node.Close(charged);
        }
    }
}
