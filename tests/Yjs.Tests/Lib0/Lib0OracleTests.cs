using System.Text;
using Relay.Yjs.Judge;

namespace Relay.Yjs.Lib0;

/// <summary>lib0 itself says whether bytes are an encoding, of what, and how long.</summary>
public sealed class Lib0OracleTests
{
    private const byte RewriteRequest = 4;
    private const int Samples = 20_000;

    private delegate bool Rewrite(byte[] input, Lib0Writer output, out int read);

    [NodeFact]
    public Task Unsigned_integers() => CompareAsync(0, (byte[] input, Lib0Writer output, out int read) =>
    {
        var reader = new Lib0Reader(input);
        output.WriteVarUint(reader.ReadVarUint());
        read = reader.Position;
        return !reader.Failed;
    });

    [NodeFact]
    public Task Signed_integers() => CompareAsync(1, (byte[] input, Lib0Writer output, out int read) =>
    {
        var reader = new Lib0Reader(input);
        WriteVarInt(output, reader.ReadVarInt(), (input.Length > 0 ? input[0] : 0) & 0x40);
        read = reader.Position;
        return !reader.Failed;
    });

    [NodeFact]
    public Task Strings() => CompareAsync(2, (byte[] input, Lib0Writer output, out int read) =>
    {
        var reader = new Lib0Reader(input);
        output.WriteVarBytes(reader.ReadVarString());
        read = reader.Position;
        return !reader.Failed;
    });

    [NodeFact]
    public Task Buffers() => CompareAsync(3, (byte[] input, Lib0Writer output, out int read) =>
    {
        var reader = new Lib0Reader(input);
        output.WriteVarBytes(reader.ReadVarBytes());
        read = reader.Position;
        return !reader.Failed;
    });

    private static async Task CompareAsync(byte kind, Rewrite rewrite)
    {
        await using var oracle = await OracleProcess.StartAsync();
        var random = new Random(kind + (TestSettings.Seed ?? 1));
        byte[][] inputs = [.. Enumerable.Range(0, Samples).Select(_ => Sample(random, kind))];
        using var request = new Lib0Writer();
        request.WriteByte(RewriteRequest);
        request.WriteByte(kind);
        request.WriteList(inputs);
        Check(inputs, rewrite, await oracle.AskAsync(request));
    }

    private static void Check(byte[][] inputs, Rewrite rewrite, byte[] answer)
    {
        var reader = new Lib0Reader(answer);
        Assert.Equal((ulong)inputs.Length, reader.ReadVarUint());
        foreach (var input in inputs)
        {
            var hex = Convert.ToHexStringLower(input);
            using var output = new Lib0Writer();
            var accepted = rewrite(input, output, out var read);
            Assert.True(accepted == (reader.ReadByte() == 1),
                $"{hex}: {(accepted ? "accepted" : "refused")}, and lib0 does not agree");
            if (accepted)
            {
                Assert.True(reader.ReadVarUint() == (ulong)read, $"{hex}: {read} bytes read, and lib0 does not agree");
                Assert.True(reader.ReadVarBytes().SequenceEqual(output.WrittenSpan),
                    $"{hex}: written again as {Convert.ToHexStringLower(output.WrittenSpan)}, and lib0 does not agree");
            }
        }
    }

    private static byte[] Sample(Random random, byte kind)
    {
        if (kind >= 2)
        {
            // Text that is mostly UTF-8, with a length that is mostly right.
            var bytes = Encoding.UTF8.GetBytes(
                string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => random.Next(4) switch
            {
                0 => "ä",
                1 => "漢",
                2 => "😀",
                _ => "a",
            })));
            if (bytes.Length > 0 && random.Next(3) == 0)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            return [(byte)Math.Max(0, bytes.Length + (random.Next(4) == 0 ? random.Next(-2, 3) : 0)), .. bytes];
        }

        // Up to eleven groups, with the high bits that make one long integer of them.
        var groups = new byte[random.Next(1, 12)];
        random.NextBytes(groups);
        for (var i = 0; i < groups.Length; i++)
        {
            groups[i] = i < groups.Length - 1
                ? (byte)(groups[i] | 0x80)
                : (byte)(random.Next(4) == 0 ? groups[i] : groups[i] & 0x1F);
        }

        return groups;
    }

    private static void WriteVarInt(Lib0Writer output, long value, int sign)
    {
        // As lib0 writes them; minus zero keeps its sign.
        var magnitude = (ulong)Math.Abs(value);
        output.WriteByte(
            (byte)((magnitude > 0x3F
                ? 0x80
                : 0) | (value == 0 ? sign : value < 0 ? 0x40 : 0) | (int)(magnitude & 0x3F)));
        if (magnitude > 0x3F)
        {
            output.WriteVarUint(magnitude >> 6);
        }
    }
}
