using Relay.Persistence.S3;

namespace Relay.Persistence;

public sealed class SequenceStreamTests : IDisposable
{
    private readonly SequenceStream stream =
        new(ByteSequences.Join([new byte[] { 1, 2 }, ReadOnlyMemory<byte>.Empty, new byte[] { 3, 4, 5 }]));

    public void Dispose() => stream.Dispose();

    [Fact]
    public async Task It_is_read_across_parts_and_again_from_its_beginning()
    {
        for (var time = 0; time < 2; time++)
        {
            stream.Position = 0;
            var copy = new MemoryStream();
            await stream.CopyToAsync(copy, 3, TestContext.Current.CancellationToken);
            Assert.Equal([1, 2, 3, 4, 5], copy.ToArray());
            Assert.Equal(0, stream.ReadByte() + 1);
        }
    }

    [Fact]
    public void It_is_read_from_any_place()
    {
        Assert.Equal(5, stream.Length);
        Assert.Equal(3, stream.Seek(-2, SeekOrigin.End));
        Assert.Equal(4, stream.ReadByte());
        Assert.Equal(2, stream.Seek(-2, SeekOrigin.Current));
        Assert.Equal(3, stream.ReadByte());
        stream.Position = 9;
        Assert.Equal(0, stream.Read(new byte[4]));
    }
}
