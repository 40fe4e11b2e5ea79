namespace Relay.Yjs;

/// <content>What somebody lacks, in parts that can be applied one after another.</content>
public sealed partial class YDocument
{
    public bool TryEncodeParts(ReadOnlySpan<byte> stateVector, int maxBytes, out IReadOnlyList<byte[]> parts, out YjsError error)
    {
        var readable = TryEncodeDiff(stateVector, out var whole, out error);
        parts = readable ? [whole] : [];
        return readable;
    }
}
