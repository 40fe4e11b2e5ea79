namespace Relay.Yjs.Costs;

/// <summary>Bytes that come in reads of a size at the most, at once.</summary>
internal sealed class SlicedStream(byte[] bytes, int most) : MemoryStream(bytes)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Read(buffer.Span[..Math.Min(most, buffer.Length)]));
}
