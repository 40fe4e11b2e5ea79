namespace Relay.Links;

/// <summary>Another node, as the holders of a document see it. Thread-safe.</summary>
internal interface ILinkPeer
{
    /// <summary>Whether there is a link to it.</summary>
    bool IsOpen { get; }

    /// <summary>Hands it an item; false if there is no link, or the link has no room and so is broken.</summary>
    bool TrySend(in LinkItem item);

    /// <summary>It holds a document that is open here.</summary>
    void Share();

    /// <summary>It does not any more.</summary>
    void Unshare();
}
