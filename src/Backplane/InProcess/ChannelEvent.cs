using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>Something on its way to the listeners that there were when it came.</summary>
/// <param name="Kind">Which call it becomes.</param>
/// <param name="Entry">The entry; for <see cref="ChannelEventKind.Saved"/> only its position counts.</param>
/// <param name="Content">What is told about presence, or the application's message.</param>
internal readonly record struct ChannelEvent(ChannelEventKind Kind, LoggedEntry Entry, ReadOnlyMemory<byte> Content)
{
    public static ChannelEvent Interrupted => new(ChannelEventKind.Interrupted, default, default);

    public IChannelListener[] Listeners { get; init; } = [];

    /// <summary>Who sent an application's message; the node that tells about presence.</summary>
    public ulong Sender { get; init; }

    /// <summary>What is told about presence.</summary>
    public AwarenessKind Awareness { get; init; }

    public static ChannelEvent OfEntry(in LoggedEntry entry) => new(ChannelEventKind.Entry, entry, default);

    /// <summary>Where the node that tells about presence is reached; null if it does not say.</summary>
    public DocumentHolder? Holder { get; init; }

    public static ChannelEvent OfAwareness(
        ulong node, AwarenessKind kind, ReadOnlyMemory<byte> content, DocumentHolder? holder = null) =>
        new(ChannelEventKind.Awareness, default, content) { Sender = node, Awareness = kind, Holder = holder };

    public static ChannelEvent OfStateless(ulong sender, ReadOnlyMemory<byte> message) =>
        new(ChannelEventKind.Stateless, default, message) { Sender = sender };

    public static ChannelEvent OfSaved(Position position) =>
        new(ChannelEventKind.Saved, default(LoggedEntry) with { Position = position }, default);
}
