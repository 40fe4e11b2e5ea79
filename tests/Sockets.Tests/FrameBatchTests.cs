using Relay.Sockets.WebSockets;

namespace Relay.Sockets;

/// <summary>How frames that wait are cut into writes.</summary>
public sealed class FrameBatchTests
{
    private const int Most = FrameBatch.MaxWrite;

    [Fact]
    public void Any_frames_are_written_whole_in_their_order_in_writes_of_bounded_size()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("RELAY_TEST_SEED"), out var given)
            ? given
            : Random.Shared.Next();
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var frames = Enumerable.Range(0, random.Next(1, 6))
                .Select(_ => (ReadOnlyMemory<byte>)StreamBytes.Bytes(random, random.Next(4) switch
                {
                    0 => random.Next(1, 3 * Most),
                    1 => Most,
                    _ => random.Next(1, 200),
                }))
                .ToArray();
            var batch = default(FrameBatch);
            batch.Start(frames);
            var written = new List<byte>();
            var ends = Ends(frames);
            while (!batch.IsTaken)
            {
                var bytes = batch.Take(out var rented);
                Assert.InRange(bytes.Length, 1, Most);
                written.AddRange(bytes.Span);
                FrameBatch.Return(rented);
                Assert.True(batch.IsInFrame != ends.Contains(written.Count), $"Seed {seed}");
            }

            Assert.True(frames.SelectMany(frame => frame.ToArray()).SequenceEqual(written), $"Seed {seed}");
            batch.Drop();
            Assert.False(batch.IsThere);
        }
    }

    [Fact]
    public void One_frame_is_written_as_it_is_and_several_as_one_write()
    {
        ReadOnlyMemory<byte> frame = new byte[Most];
        Assert.True(FrameBatch.Gather([frame], out var rented).Equals(frame));
        Assert.Null(rented);

        var gathered = FrameBatch.Gather([new byte[] { 1, 2 }, new byte[] { 3 }], out rented);
        Assert.Equal([1, 2, 3], gathered.ToArray());
        Assert.NotNull(rented);
        FrameBatch.Return(rented);
    }

    [Fact]
    public void What_is_too_large_for_one_write_is_not_gathered()
    {
        Assert.True(FrameBatch.Gather([new byte[Most + 1]], out var rented).IsEmpty);
        Assert.Null(rented);
        Assert.True(FrameBatch.Gather([new byte[Most], new byte[1]], out rented).IsEmpty);
        Assert.Null(rented);
    }

    [Fact]
    public void Frames_that_are_being_written_are_there_and_taken()
    {
        var batch = default(FrameBatch);
        Assert.False(batch.IsThere || batch.IsTaken || batch.IsInFrame);
        batch.StartTaken([new byte[3]]);
        Assert.True(batch is { IsThere: true, IsTaken: true, IsInFrame: false });
    }

    /// <summary>What is cut off by the end of the connection stays cut: no frame may follow inside another.</summary>
    [Fact]
    public void A_frame_that_is_dropped_in_part_stays_begun()
    {
        var batch = default(FrameBatch);
        batch.Start([new byte[Most + 1]]);
        batch.Take(out _);
        batch.Drop();
        Assert.True(batch.IsInFrame);
        Assert.False(batch.IsThere);
    }

    private static HashSet<int> Ends(ReadOnlyMemory<byte>[] frames)
    {
        var (at, ends) = (0, new HashSet<int>());
        foreach (var frame in frames)
        {
            ends.Add(at += frame.Length);
        }

        return ends;
    }
}
