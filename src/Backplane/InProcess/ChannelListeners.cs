using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// The listeners of one document. They come and go at any time; the owner tells them one thing at a time. Holds
/// no message back: what waits for its turn waits with the owner.
/// </summary>
internal sealed class ChannelListeners(DocumentName document, Action<Exception, DocumentName> onFailure)
{
    private readonly Lock gate = new();
    private volatile IChannelListener[] present = [];

    /// <summary>The listeners of this moment; the array does not change.</summary>
    public IChannelListener[] Present => present;

    public bool IsEmpty => present.Length == 0;

    public void Add(IChannelListener listener)
    {
        lock (gate)
        {
            present = [.. present, listener];
        }
    }

    public void Remove(IChannelListener listener)
    {
        lock (gate)
        {
            present = Without(present, listener);
        }
    }

    /// <summary>
    /// Offers an entry that this node has appended to listeners, before anything is done with its payload.
    /// </summary>
    /// <returns>The listeners that must be told of the entry; the given array itself if all must.</returns>
    public IChannelListener[] OfferOwn(IChannelListener[] listeners, in LoggedEntry head)
    {
        var left = listeners;
        foreach (var listener in listeners)
        {
            if (IsPresent(listener, listeners) && Takes(listener, head))
            {
                left = Without(left, listener);
            }
        }

        return left;
    }

    /// <summary>Tells those of the listeners that have not left since.</summary>
    public void Tell(IChannelListener[] listeners, in ChannelEvent what)
    {
        foreach (var listener in listeners)
        {
            if (IsPresent(listener, listeners))
            {
                Tell(listener, what);
            }
        }
    }

    private static IChannelListener[] Without(IChannelListener[] listeners, IChannelListener listener) =>
        Array.IndexOf(listeners, listener) is var index && index < 0 ? listeners
        : listeners.Length == 1 ? []
        : [.. listeners[..index], .. listeners[(index + 1)..]];

    private bool IsPresent(IChannelListener listener, IChannelListener[] among) =>
        present is var now && (now == among || now.Contains(listener));

    private bool Takes(IChannelListener listener, in LoggedEntry head)
    {
        try
        {
            return listener.TryTakeOwn(head);
        }
        catch (Exception e)
        {
            onFailure(e, document); // A bug of that listener: it is told of the entry like of any other.
            return false;
        }
    }

    private void Tell(IChannelListener listener, in ChannelEvent what)
    {
        try
        {
            switch (what.Kind)
            {
                case ChannelEventKind.Entry:
                    listener.OnEntry(what.Entry);
                    break;
                case ChannelEventKind.Awareness:
                    (listener as IHolderListener)?.OnHolder(what.Sender, what.Awareness, what.Holder);
                    listener.OnAwareness(what.Sender, what.Awareness, what.Content);
                    break;
                case ChannelEventKind.Stateless:
                    listener.OnStateless(what.Sender, what.Content);
                    break;
                case ChannelEventKind.Saved:
                    listener.OnSaved(what.Entry.Position);
                    break;
                default:
                    listener.OnInterrupted();
                    break;
            }
        }
        catch (Exception e)
        {
            onFailure(e, document); // A bug of that listener; the others must hear it all the same.
        }
    }
}
