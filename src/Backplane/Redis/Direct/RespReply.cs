namespace Relay.Backplane;

/// <summary>One reply; slices of the bytes that it was read from.</summary>
internal readonly ref struct RespReply
{
    /// <summary>Whether there is one; if not, the rest of this is empty.</summary>
    public RespOutcome Outcome { get; init; }

    public RespKind Kind { get; init; }

    /// <summary>The channel, if the reply is about one.</summary>
    public ReadOnlySpan<byte> Channel { get; init; }

    /// <summary>The string, the sentence of an error, or the message.</summary>
    public ReadOnlySpan<byte> Content { get; init; }

    /// <summary>Whether an answer is null.</summary>
    public bool IsNull { get; init; }

    /// <summary>How many bytes it takes.</summary>
    public int Length { get; init; }
}
