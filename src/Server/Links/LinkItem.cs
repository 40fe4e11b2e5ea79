using Relay.Backplane;
using Relay.Yjs;

namespace Relay.Links;

/// <summary>One thing that a node tells another one about a document.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Document">The document.</param>
/// <param name="Opening">Which of the sender's sessions of the document said it (<see cref="DocumentHolder"/>).</param>
/// <param name="Content">What the kind asks for, as on the document's channel.</param>
/// <param name="Sender">Who sent an application's message.</param>
internal readonly record struct LinkItem(
    LinkItemKind Kind, DocumentName Document, ulong Opening, ReadOnlyMemory<byte> Content, ulong Sender = 0)
{
    /// <summary>What an item takes besides its content and its name.</summary>
    private const int Overhead = 32;

    /// <summary>What it takes in a queue or a frame, about.</summary>
    public int Bytes => Content.Length + Document.Value.Length + Overhead;

    /// <summary>The kind as it is on the channel; null for what is told on links only.</summary>
    public AwarenessKind? Awareness => Kind switch
    {
        LinkItemKind.Changes => AwarenessKind.Changes,
        LinkItemKind.Here => AwarenessKind.Here,
        LinkItemKind.Renew => AwarenessKind.Renew,
        _ => null,
    };

    /// <summary>The kind that an item has on links; null for greetings, which go over the channel.</summary>
    public static LinkItemKind? KindOf(AwarenessKind kind) => kind switch
    {
        AwarenessKind.Changes => LinkItemKind.Changes,
        AwarenessKind.Here => LinkItemKind.Here,
        AwarenessKind.Renew => LinkItemKind.Renew,
        _ => null,
    };
}
