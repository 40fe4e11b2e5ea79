namespace Relay.Backplane;

/// <summary>A channel message.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Node">The node that sent it.</param>
/// <param name="Entry">The entry; for <see cref="RedisMessageKind.EntryByPosition"/> without payload, for
/// <see cref="RedisMessageKind.Saved"/> the position only.</param>
/// <param name="Content">What is told about presence, or the application's message.</param>
/// <param name="Sender">Who sent an application's message.</param>
internal readonly record struct RedisMessage(RedisMessageKind Kind, ulong Node, LoggedEntry Entry,
    ReadOnlyMemory<byte> Content, ulong Sender = 0)
{
    /// <summary>Where the node is reached as a holder of the document; null if it does not say.</summary>
    public DocumentHolder? Holder { get; init; }
}
