using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// One document's listeners within a process, and the queue of what they are still to hear. A caller that finds no
/// other delivering delivers until the queue is empty. So calls come one at a time and in order, no thread waits for
/// another, and a listener that calls back into the channel from within a call is served after it.
/// </summary>
internal sealed class ChannelQueue(DocumentName document, Action<Exception, DocumentName> onFailure)
{
    private readonly Lock gate = new();
    private readonly Queue<ChannelEvent> waiting = new();
    private readonly ChannelListeners listeners = new(document, onFailure);
    private bool delivering;

    public bool IsEmpty => listeners.IsEmpty;

    public void Add(IChannelListener listener) => listeners.Add(listener);

    public void Remove(IChannelListener listener) => listeners.Remove(listener);

    public void Deliver(in ChannelEvent what)
    {
        lock (gate)
        {
            // With the listeners of this moment: one that comes later must not hear what was appended before it came.
            waiting.Enqueue(what with { Listeners = listeners.Present });
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

            // There is no other node, so every entry is this node's own.
            var told = next.Kind == ChannelEventKind.Entry
                ? listeners.OfferOwn(next.Listeners, next.Entry)
                : next.Listeners;
            listeners.Tell(told, next);
        }
    }
}
