namespace Relay.Yjs.Fuzz;

/// <summary>
/// Damages valid bytes in the ways in which bytes get damaged, or in which an attacker would.
/// </summary>
internal sealed class Mutator(Random random, IReadOnlyList<byte[]> material)
{
    private const int MaxLength = 4_096;

    /// <summary>Values of varints at which readers go wrong.</summary>
    private static readonly ulong[] Edges =
        [0, 1, 63, 64, 127, 128, 255, 256, 16_383, 16_384, int.MaxValue, 1UL << 31, uint.MaxValue, 1UL << 32,
            (1UL << 49) - 1, (1UL << 53) - 1, 1UL << 53, ulong.MaxValue];

    public byte[] Next()
    {
        if (random.Next(25) == 0)
        {
            var noise = new byte[random.Next(64)];
            random.NextBytes(noise);
            return noise;
        }

        List<byte> bytes = [.. material[random.Next(material.Count)]];
        for (var i = random.Next(4) == 0 ? random.Next(2, 6) : 1; i > 0; i--)
        {
            Damage(bytes);
        }

        return [.. bytes.Take(MaxLength)];
    }

    private void Damage(List<byte> bytes)
    {
        var at = random.Next(bytes.Count + 1);
        switch (random.Next(9))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                bytes.Insert(at, (byte)random.Next(256));
                break;
            case 3 when at < bytes.Count:
                bytes.RemoveRange(at, Math.Min(bytes.Count - at, random.Next(1, 4)));
                break;
            case 4:
                ReplaceVarUint(bytes, at);
                break;
            case 5:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 6 when at < bytes.Count:
                var section = bytes.GetRange(at, Math.Min(bytes.Count - at, random.Next(1, 40)));
                bytes.InsertRange(random.Next(bytes.Count + 1), section);
                break;
            case 7:
                var other = material[random.Next(material.Count)];
                bytes.RemoveRange(at, bytes.Count - at);
                bytes.AddRange(other.Skip(random.Next(other.Length + 1)));
                break;
            case 8 when at < bytes.Count:
                // One more or one less: counts, lengths and clocks that nearly fit.
                bytes[at] += (byte)(random.Next(2) == 0 ? 1 : 255);
                break;
        }
    }

    private void ReplaceVarUint(List<byte> bytes, int at)
    {
        var end = at;
        while (end < bytes.Count && end - at < 9 && bytes[end] >= 0x80)
        {
            end++;
        }

        bytes.RemoveRange(at, Math.Min(bytes.Count, end + 1) - at);
        var value = Edges[random.Next(Edges.Length)];
        while (value >= 0x80)
        {
            bytes.Insert(at++, (byte)(value | 0x80));
            value >>= 7;
        }

        bytes.Insert(at, (byte)value);
    }
}
