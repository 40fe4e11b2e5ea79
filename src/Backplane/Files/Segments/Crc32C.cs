using System.Buffers.Binary;
using System.Numerics;

namespace Relay.Backplane;

/// <summary>CRC-32C (RFC 3720, appendix B.4) through the processor's instruction, eight bytes at a time.</summary>
internal static class Crc32C
{
    /// <summary>
    /// The checksum of <paramref name="bytes"/> continued from <paramref name="seed"/>, which may be the checksum of
    /// what stands before them.
    /// </summary>
    public static uint Compute(uint seed, ReadOnlySpan<byte> bytes)
    {
        var crc = ~seed;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }
}
