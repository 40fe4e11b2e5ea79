namespace Relay.Backplane;

/// <summary>
/// Hash tags of Redis Cluster by the slot that they stand for: of all texts <c>r0</c>, <c>r1</c>, … the first one whose
/// CRC16 (polynomial 0x1021, as the specification of Redis Cluster has it) leaves that slot.
/// </summary>
internal static class HashTags
{
    /// <summary>How many slots every Redis Cluster has.</summary>
    public const int Slots = 16_384;

    private static readonly ushort[] Crc16 = [.. Enumerable.Range(0, 256).Select(Shifted)];
    private static readonly int[] Numbers = FindAll();

    /// <summary>The tag whose keys lie in a slot from 0 to 16,383; the same for all versions.</summary>
    public static string Of(int slot) => $"r{Numbers[slot]}";

    private static int[] FindAll()
    {
        var numbers = new int[Slots];
        numbers.AsSpan().Fill(-1);
        Span<byte> tag = stackalloc byte[16];
        tag[0] = (byte)'r';
        var left = Slots;
        for (var number = 0; left > 0; number++)
        {
            _ = number.TryFormat(tag[1..], out var length, provider: System.Globalization.CultureInfo.InvariantCulture);
            ref var found = ref numbers[SlotOf(tag[..(1 + length)])];
            if (found < 0)
            {
                found = number;
                left--;
            }
        }

        return numbers;
    }

    private static int SlotOf(ReadOnlySpan<byte> tag)
    {
        var crc = 0;
        foreach (var one in tag)
        {
            crc = ((crc << 8) ^ Crc16[(crc >> 8) ^ one]) & 0xffff;
        }

        return crc % Slots;
    }

    private static ushort Shifted(int value)
    {
        var crc = value << 8;
        for (var bit = 0; bit < 8; bit++)
        {
            crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
        }

        return (ushort)crc;
    }
}
