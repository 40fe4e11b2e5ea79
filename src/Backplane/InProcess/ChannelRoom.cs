using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>One document's listeners and what they are still to hear. Whoever finds nobody delivering delivers, until
/// nothing is left; so calls come one at a time and in order, no thread waits for another, and a listener that calls
/// back into the channel from within a call is served after it.</summary>
internal sealed class ChannelRoom(DocumentName document, Action<Exception, DocumentName> onFailure)
{
    private readonly Lock gate = new();
    private readonly Queue<ChannelEvent> waiting = new();
    private volatile IChannelListener[] listeners = [];
    private bool delivering;

    public bool IsEmpty => listeners.Length == 0;

    public void Add(IChannelListener listener)
    {
        lock (gate)
        {
            listeners = [.. listeners, listener];
        }
    }

    public void Remove(IChannelListener listener)
    {
        lock (gate)
        {
            var index = Array.IndexOf(listeners, listener);
            if (index >= 0)
            {
                listeners = [.. listeners[..index], .. listeners[(index + 1)..]];
            }
        }
    }

    public void Deliver(in ChannelEvent what)
    {
        lock (gate)
        {
            // With the listeners of this moment: one that comes later must not hear what was appended before it came.
            waiting.Enqueue(what with { Listeners = listeners });
            if (delivering)
            {
                return;
            }

            delivering = true;
        }

        while (true)
        {
            ChannelEvent next;
            lock (gate)
            {
                if (!waiting.TryDequeue(out next))
                {
                    delivering = false;
                    return;
                }
            }

            foreach (var listener in next.Listeners)
            {
                // Somebody may have left since.
                if (listeners is var present && (present == next.Listeners || present.Contains(listener)))
                {
                    Tell(listener, next);
                }
            }
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
