namespace Relay.Yjs;

/// <summary>One client's presence in an awareness update.</summary>
/// <param name="ClientId">The client's id, at most 2^53 - 1.</param>
/// <param name="Clock">Grows with every change of the client's state, at most 2^53 - 1.</param>
/// <param name="State">The state as UTF-8 JSON; the four bytes <c>null</c> say that the client is gone.</param>
public readonly record struct AwarenessEntry(ulong ClientId, ulong Clock, ReadOnlyMemory<byte> State)
{
    /// <summary>The state of a client that is gone.</summary>
    public static ReadOnlyMemory<byte> NullState { get; } = "null"u8.ToArray();

    /// <summary>Whether the client is gone.</summary>
    public bool IsNull => State.Span.SequenceEqual("null"u8);
}
