using System.Collections.Concurrent;
using Relay.Yjs;

namespace Relay.Links;

/// <summary>
/// Keeps applications' messages in their order where a link takes the channel's place: those that are still on their
/// way over the channel must not be overtaken. Thread-safe.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="lag">The longest that a message takes over the channel.</param>
internal sealed class MessageOrder(TimeProvider time, TimeSpan lag)
{
    private readonly ConcurrentDictionary<DocumentName, long> last = [];

    /// <summary>Whether the last message over the channel has arrived by now.</summary>
    public bool MayUseLinks(DocumentName document) =>
        !last.TryGetValue(document, out var at) || time.GetElapsedTime(at) > lag;

    /// <summary>A message goes over the channel.</summary>
    public void OnChannel(DocumentName document) => last[document] = time.GetTimestamp();

    /// <summary>The document is closed.</summary>
    public void Forget(DocumentName document) => last.TryRemove(document, out _);
}
