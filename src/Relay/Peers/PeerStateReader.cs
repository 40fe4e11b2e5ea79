using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Peers;

/// <summary>
/// Reads an answer (<see cref="PeerStateHeader"/>) that may come from anybody: nothing but a whole answer, signed for
/// this question by a node of ours, is a state.
/// </summary>
internal static class PeerStateReader
{
    // A declared length is believed only as far as bytes come.
    private const int FirstBytes = 256 << 10;

    /// <summary>
    /// Reads at most the header, <paramref name="maxBytes"/> and the signature. The parts are slices of one array.
    /// </summary>
    /// <param name="input">The answer's body.</param>
    /// <param name="secret">What both nodes know.</param>
    /// <param name="proof">The proof of the question that was asked.</param>
    /// <param name="maxBytes">The most that the parts may have together.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The state; nothing if it is none.</returns>
    /// <exception cref="IOException">The connection broke.</exception>
    public static async Task<PeerState?> ReadAsync(Stream input, PeerSecret secret, string proof, long maxBytes,
        CancellationToken cancellation)
    {
        using var signature = PeerStateHeader.StartSigning(secret, proof);
        var start = new byte[PeerStateHeader.FixedBytes];
        if (await input.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellation) < start.Length
            || !PeerStateHeader.TryRead(start, maxBytes, out var header))
        {
            return null;
        }

        signature.AppendData(start);
        var ofPositions = PeerStateHeader.PositionBytes * header.UnreadableCount;
        var positions = new byte[ofPositions + (PeerStateHeader.IdBytes * header.CoversCount)];
        if (await input.ReadAtLeastAsync(positions, positions.Length, throwOnEndOfStream: false,
            cancellation) < positions.Length)
        {
            return null;
        }

        signature.AppendData(positions);
        var unreadable = new HashSet<Position>();
        for (var at = 0; at < ofPositions; at += PeerStateHeader.PositionBytes)
        {
            unreadable.Add(PeerStateHeader.ReadPosition(positions.AsSpan(at)));
        }

        var covers = new EntryId[header.CoversCount];
        for (var i = 0; i < covers.Length; i++)
        {
            covers[i] = new EntryId(BinaryPrimitives.ReadUInt64BigEndian(
                positions.AsSpan(ofPositions + (PeerStateHeader.IdBytes * i))));
        }

        var body = header.IsDeflated ? new DeflateStream(input, CompressionMode.Decompress, leaveOpen: true) : input;
        try
        {
            return await ReadBodyAsync(body, header, signature, cancellation) is { } parts
                && unreadable.All(PeerStateHeader.IsPosition)
                ? new PeerState(
                    header.Position,
                    header.Saved,
                    unreadable,
                    parts.AsMemory(0, (int)header.DocumentBytes),
                    parts.AsMemory((int)header.DocumentBytes, (int)header.UnloggedBytes),
                    parts.AsMemory((int)(header.DocumentBytes + header.UnloggedBytes), (int)header.AwarenessBytes))
                {
                    Covers = covers,
                }
                : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
        finally
        {
            if (header.IsDeflated)
            {
                await body.DisposeAsync();
            }
        }
    }

    private static async Task<byte[]?> ReadBodyAsync(Stream body, PeerStateHeader header, IncrementalHash signature,
        CancellationToken cancellation)
    {
        var total = (int)header.TotalBytes;
        var parts = GC.AllocateUninitializedArray<byte>(Math.Min(total, FirstBytes));
        var length = 0;
        while (length < total)
        {
            if (length == parts.Length)
            {
                var larger = GC.AllocateUninitializedArray<byte>((int)Math.Min(total, 2L * length));
                parts.AsSpan(0, length).CopyTo(larger);
                parts = larger;
            }

            var read = await body.ReadAsync(parts.AsMemory(length), cancellation);
            if (read == 0)
            {
                return null;
            }

            signature.AppendData(parts, length, read);
            length += read;
        }

        var mac = new byte[PeerStateHeader.MacBytes];
        return await body.ReadAtLeastAsync(mac, mac.Length, throwOnEndOfStream: false, cancellation) == mac.Length
            && CryptographicOperations.FixedTimeEquals(mac, signature.GetHashAndReset())
            ? parts
            : null;
    }
}
