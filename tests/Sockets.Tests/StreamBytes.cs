namespace Relay.Sockets;

/// <summary>Random bytes that go through a stream in pieces of random sizes.</summary>
internal static class StreamBytes
{
    public static byte[] Bytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    public static int[] Sizes(Random random, int total)
    {
        var sizes = new List<int>();
        for (var left = total; left > 0; left -= sizes[^1])
        {
            sizes.Add(Math.Min(left, random.Next(4) == 0 ? random.Next(1, 1 << 20) : random.Next(1, 5_000)));
        }

        return [.. sizes];
    }

    public static async Task WriteAllAsync(Stream stream, byte[] bytes, int[] sizes)
    {
        var at = 0;
        for (var i = 0; at < bytes.Length; i++)
        {
            var size = Math.Min(sizes[i % sizes.Length], bytes.Length - at);
            await stream.WriteAsync(bytes.AsMemory(at, size));
            at += size;
        }
    }

    public static async Task AssertReadsAsync(Stream stream, byte[] expected, int[] sizes)
    {
        var got = new byte[expected.Length];
        var at = 0;
        for (var i = 0; at < got.Length; i++)
        {
            if (i % 3 == 0)
            {
                _ = await stream.ReadAsync(Memory<byte>.Empty);
            }

            var read = await stream.ReadAsync(got.AsMemory(at, Math.Min(sizes[i % sizes.Length], got.Length - at)));
            Assert.NotEqual(0, read);
            at += read;
        }

        Assert.True(expected.AsSpan().SequenceEqual(got), "Other bytes arrived than were sent.");
    }
}
