namespace Relay.Yjs;

/// <summary>Why bytes were refused: one sentence, and the byte at which reading stopped.</summary>
/// <param name="Message">What is wrong, without any of the refused content.</param>
/// <param name="Offset">Byte offset from the start of what was read.</param>
public readonly record struct YjsError(string Message, int Offset)
{
    public override string ToString() => $"{Message} (at byte {Offset})";
}
