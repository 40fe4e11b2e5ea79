using System.Buffers.Binary;
using Relay.Sockets.Backpressure;
using Relay.Sockets.WebSockets;

namespace Relay.Sockets;

/// <summary>Cutting what a client sends into messages, in whatever pieces it comes.</summary>
public sealed class ClientFrameReaderTests
{
    private const int MaxBytes = 200_000;

    /// <summary>From so many bytes on, .NET collects an object with the whole heap only.</summary>
    private const int LargeObject = 85_000;

    private readonly BufferBudget budget = new(1 << 20, TimeProvider.System);

    [Fact]
    public async Task Messages_of_all_sizes_come_out_as_they_went_in_whatever_the_frames_and_reads()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("RELAY_TEST_SEED"), out var given)
            ? given
            : Random.Shared.Next();
        var random = new Random(seed);
        for (var round = 0; round < 60; round++)
        {
            var sizes = Enumerable.Range(0, random.Next(1, 8)).Select(_ => Size(random)).ToArray();
            var messages = sizes.Select(size => Bytes(random, size)).ToArray();
            using var line = new MemoryStream([.. messages.SelectMany(message => Frames(random, message))]);
            using var reader = new ClientFrameReader(new Pieces(line, random), MaxBytes, budget);
            foreach (var message in messages)
            {
                var frame = await NextAsync(reader);
                if (message.Length > MaxBytes)
                {
                    Assert.Equal(ClientFrameKind.TooLarge, frame.Kind);
                    var beginning = message.AsSpan(0, ClientFrameReader.BeginningBytes);
                    Assert.True(frame.Payload.Span.SequenceEqual(beginning), $"Seed {seed}");
                }
                else
                {
                    var isWhole = frame.Kind == ClientFrameKind.Message && frame.Payload.Span.SequenceEqual(message);
                    Assert.True(isWhole, $"Seed {seed}: {frame.Kind}");
                }
            }

            Assert.Equal(ClientFrameKind.EndOfStream, (await NextAsync(reader)).Kind);
            Assert.Equal(0, budget.Used);
        }
    }

    [Fact]
    public async Task A_message_that_is_too_large_is_not_kept()
    {
        using var line = new MemoryStream([.. Frame(new byte[1 << 20], 0x82), .. Frame([1, 2, 3], 0x82)]);
        using var reader = new ClientFrameReader(line, MaxBytes, budget);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(ClientFrameKind.TooLarge, (await reader.ReadAsync(CancellationToken.None)).Kind);
        Assert.Equal([1, 2, 3], (await reader.ReadAsync(CancellationToken.None)).Payload.ToArray());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxBytes);
        Assert.Equal(0, budget.Used);
    }

    [Fact]
    public async Task A_declared_length_takes_nothing_before_it_comes()
    {
        var declared = Frame(new byte[MaxBytes], 0x82)[..20];
        using var line = new MemoryStream(declared);
        using var reader = new ClientFrameReader(line, MaxBytes, budget);
        Assert.Equal(ClientFrameKind.EndOfStream, (await reader.ReadAsync(CancellationToken.None)).Kind);
        Assert.Equal(0, budget.Used);
    }

    [Fact]
    public async Task Where_there_is_no_room_the_message_is_given_up_and_what_it_held_is_given_back()
    {
        var small = new BufferBudget(60_000, TimeProvider.System);
        using var line = new MemoryStream(Frame(new byte[MaxBytes], 0x82));
        using (var reader = new ClientFrameReader(line, MaxBytes, small))
        {
            Assert.Equal(ClientFrameKind.NoRoom, (await reader.ReadAsync(CancellationToken.None)).Kind);
        }

        Assert.Equal(0, small.Used);
    }

    [Theory]
    [InlineData(66_000)]
    [InlineData(600_000)]
    [InlineData(LargeArrays.MostBytes)]
    public async Task A_large_message_that_is_given_back_costs_the_next_one_no_large_object(int size)
    {
        const int Messages = 12;
        var large = new BufferBudget(1 << 30, TimeProvider.System);
        var frame = Frame(new byte[size], 0x82);
        using var line = new MemoryStream([.. Enumerable.Repeat(frame, Messages).SelectMany(bytes => bytes)]);
        using var reader = new ClientFrameReader(line, 1 << 20, large);
        var taken = 0L;
        for (var i = 0; i < Messages; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var message = (await reader.ReadAsync(CancellationToken.None)).Payload;
            Assert.Equal(size, message.Length);
            LentMemory.Of(message)!.GiveBack();
            taken += i < 2 ? 0 : GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.InRange(taken, 0, LargeObject);
        Assert.Equal(0, large.Used);
    }

    private static int Size(Random random) => random.Next(5) switch
    {
        0 => 0,
        1 => random.Next(200),
        2 => random.Next(31_900, 66_000),
        3 => random.Next(2, MaxBytes + 1),
        _ => random.Next(MaxBytes + 1, 2 * MaxBytes),
    };

    private static byte[] Bytes(Random random, int size)
    {
        var bytes = new byte[size];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>The message in one frame or many, with pings between.</summary>
    private static IEnumerable<byte> Frames(Random random, byte[] message)
    {
        var parts = random.Next(3) == 0 ? random.Next(1, 40) : 1;
        var at = 0;
        for (var i = 1; i <= parts; i++)
        {
            var length = i == parts ? message.Length - at : random.Next(0, message.Length - at + 1);
            var first = (i == 1 ? 0x02 : 0) | (i == parts ? 0x80 : 0);
            foreach (var part in Frame(message[at..(at + length)], first, random))
            {
                yield return part;
            }

            at += length;
            if (i < parts && random.Next(4) == 0)
            {
                foreach (var part in Frame([], 0x89, random))
                {
                    yield return part;
                }
            }
        }
    }

    private static byte[] Frame(byte[] payload, int first, Random? random = null)
    {
        byte[] header = payload.Length < 126 ? [(byte)first, (byte)(0x80 | payload.Length)]
            : payload.Length <= ushort.MaxValue
                ? [(byte)first, 0x80 | 126, 0, 0]
                : [(byte)first, 0x80 | 127, 0, 0, 0, 0, 0, 0, 0, 0];
        if (header.Length == 4)
        {
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)payload.Length);
        }
        else if (header.Length == 10)
        {
            BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(2), (ulong)payload.Length);
        }

        var mask = new byte[4];
        random?.NextBytes(mask);
        return [.. header, .. mask, .. payload.Select((value, i) => (byte)(value ^ mask[i & 3]))];
    }

    private static async Task<ClientFrame> NextAsync(ClientFrameReader reader)
    {
        while (true)
        {
            var frame = await reader.ReadAsync(CancellationToken.None);
            if (frame.Kind != ClientFrameKind.Ping)
            {
                return frame;
            }
        }
    }

    /// <summary>A stream that gives what it has in pieces of any size.</summary>
    private sealed class Pieces(Stream whole, Random random) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(whole.Read(buffer.Span[..Math.Min(buffer.Length, random.Next(1, 70_000))]));

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
