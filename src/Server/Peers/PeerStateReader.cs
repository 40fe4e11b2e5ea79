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
    /// <returns>The state, or why there is none.</returns>
    /// <exception cref="IOException">The connection broke.</exception>
    public static async Task<PeerAnswer> ReadAsync(Stream input, PeerSecret secret, string proof, long maxBytes,
        CancellationToken cancellation)
    {
        using var signature = PeerStateHeader.StartSigning(secret, proof);
        var start = new byte[PeerStateHeader.FixedBytes];
        if (await input.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellation) < start.Length
            || !PeerStateHeader.TryRead(start, maxBytes, out var header))
        {
            return PeerStateHeader.Refusal(start) is { } otherVersion
                ? new PeerAnswer(null, otherVersion)
                : PeerAnswer.Unusable;
        }

        signature.AppendData(start);
        var rest = new byte[(PeerStateHeader.PositionBytes * header.UnreadableCount) + header.FieldBytes];
        if (await input.ReadAtLeastAsync(rest, rest.Length, throwOnEndOfStream: false, cancellation) < rest.Length)
        {
            return PeerAnswer.Unusable;
        }

        signature.AppendData(rest);
        var body = header.IsDeflated ? new DeflateStream(input, CompressionMode.Decompress, leaveOpen: true) : input;
        try
        {
            return await ReadBodyAsync(body, header, signature, cancellation) is { } parts
                ? AnswerOf(header, rest, parts)
                : PeerAnswer.Unusable;
        }
        catch (InvalidDataException)
        {
            return PeerAnswer.Unusable;
        }
        finally
        {
            if (header.IsDeflated)
            {
                await body.DisposeAsync();
            }
        }
    }

    /// <summary>The answer, whose signature fits.</summary>
    private static PeerAnswer AnswerOf(PeerStateHeader header, byte[] rest, byte[] parts)
    {
        var unreadable = new HashSet<Position>();
        for (var i = 0; i < header.UnreadableCount; i++)
        {
            unreadable.Add(PeerStateHeader.ReadPosition(rest.AsSpan(i * PeerStateHeader.PositionBytes)));
        }

        return !unreadable.All(PeerStateHeader.IsPosition)
                || !OptionalFields.TryRead(rest.AsMemory(rest.Length - header.FieldBytes), out var fields)
                || !CoveredSnapshotsField.IsWhole(fields)
            ? PeerAnswer.Unusable
            : fields.Refusal is { } refusal ? new PeerAnswer(null, refusal)
            : new PeerAnswer(
                new PeerState(
                    header.Position,
                    header.Saved,
                    unreadable,
                    parts.AsMemory(0, (int)header.DocumentBytes),
                    parts.AsMemory((int)header.DocumentBytes, (int)header.UnloggedBytes),
                    parts.AsMemory((int)(header.DocumentBytes + header.UnloggedBytes), (int)header.AwarenessBytes))
                {
                    Fields = fields,
                },
                null);
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
