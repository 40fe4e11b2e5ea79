using Relay.Sessions;

namespace Relay.Protocols.Hocuspocus;

/// <summary>
/// Messages that came together for one document and are handed in together. A mutable struct, to be kept in a field: a
/// socket has no further object for it. Not thread-safe.
/// </summary>
internal struct ChannelBatch()
{
    private HocuspocusChannel? channel;
    private List<DocumentMessage> messages = [];

    /// <summary>The document, if there are messages for it and it is open.</summary>
    public readonly HocuspocusChannel? Open => channel is { HasEnded: false } ? channel : null;

    /// <summary>Adds a message; those of another document are handed in before.</summary>
    public void Add(HocuspocusChannel document, in DocumentMessage message)
    {
        if (document != channel)
        {
            HandIn();
            channel = document;
        }

        messages.Add(message);
    }

    /// <summary>Hands in what there is.</summary>
    public void HandIn()
    {
        if (channel is null)
        {
            return;
        }

        var (document, together) = (channel, messages);
        (channel, messages) = (null, []);
        document.Receive(together);
    }
}
