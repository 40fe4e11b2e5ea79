using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Relay.Links;

/// <summary>
/// Signs the frames of one direction of a link, or checks them: HMAC-SHA256 over the frame's number on this connection
/// (8 bytes, big-endian) and the frame, cut to 16 bytes, behind the frame. The key is made for this connection and this
/// direction, so that no frame can be made, changed, repeated or left out by what stands between the nodes. Not
/// thread-safe.
/// </summary>
internal sealed class LinkSeal(byte[] key) : IDisposable
{
    public const int Bytes = 16;

    private readonly IncrementalHash hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
    private long count;

    /// <summary>The frame with its signature.</summary>
    public byte[] Seal(ReadOnlySpan<byte> frame)
    {
        var bytes = new byte[frame.Length + Bytes];
        frame.CopyTo(bytes);
        Sign(frame).AsSpan(..Bytes).CopyTo(bytes.AsSpan(frame.Length));
        return bytes;
    }

    /// <summary>Whether the next frame is signed rightly; then its bytes without the signature.</summary>
    public bool TryOpen(ReadOnlyMemory<byte> bytes, out ReadOnlyMemory<byte> frame)
    {
        frame = bytes.Length < Bytes ? default : bytes[..^Bytes];
        return bytes.Length >= Bytes
            && CryptographicOperations.FixedTimeEquals(bytes.Span[^Bytes..], Sign(frame.Span).AsSpan(..Bytes));
    }

    public void Dispose() => hash.Dispose();

    private byte[] Sign(ReadOnlySpan<byte> frame)
    {
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(number, count++);
        hash.AppendData(number);
        hash.AppendData(frame);
        return hash.GetHashAndReset();
    }
}
