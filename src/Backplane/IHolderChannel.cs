using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// A channel on which nodes also say where they are reached as holders of a document. Listeners that are
/// <see cref="IHolderListener"/>s hear it. Everything else is as in <see cref="IDocumentChannel"/>.
/// </summary>
public interface IHolderChannel : IDocumentChannel
{
    /// <summary>
    /// As <see cref="IDocumentChannel.PublishAwarenessAsync"/>, with the holder. Nodes of versions that do not know
    /// holders read the rest.
    /// </summary>
    /// <param name="document">The document.</param>
    /// <param name="kind">What is told.</param>
    /// <param name="holder">This node.</param>
    /// <param name="content">What the kind asks for; the channel does not look into it.</param>
    /// <param name="cancellation">Gives up; it may be sent all the same.</param>
    /// <exception cref="BackplaneUnavailableException">The channel cannot be reached.</exception>
    ValueTask PublishHolderAsync(
        DocumentName document,
        AwarenessKind kind,
        DocumentHolder holder,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellation);
}
