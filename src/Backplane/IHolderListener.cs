namespace Relay.Backplane;

/// <summary>A listener that wants to know which nodes hold the document.</summary>
public interface IHolderListener : IChannelListener
{
    /// <summary>
    /// Another node tells about presence: called before <see cref="IChannelListener.OnAwareness"/> for the same
    /// message.
    /// </summary>
    /// <param name="node">The node (<see cref="ChannelNode"/>).</param>
    /// <param name="kind">What it tells.</param>
    /// <param name="holder">Where it is reached; null if it does not say.</param>
    void OnHolder(ulong node, AwarenessKind kind, DocumentHolder? holder);
}
