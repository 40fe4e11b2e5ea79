using System.Threading.Channels;

namespace Relay.Links;

/// <summary>One end of a connection within a test: what is sent arrives at once, unless the test keeps it.</summary>
internal sealed class FakeLine : ILinkConnection
{
    private readonly Channel<byte[]> incoming = Channel.CreateUnbounded<byte[]>(
        new UnboundedChannelOptions { AllowSynchronousContinuations = true });

    private FakeLine other = null!;

    /// <summary>Whether what is sent gets lost, with no sign of it.</summary>
    public bool IsMute { get; set; }

    public bool IsOver { get; private set; }

    /// <summary>How many frames with items were sent here.</summary>
    public List<LinkFrame> Sent { get; } = [];

    public static (FakeLine Here, FakeLine There) Pair()
    {
        var (here, there) = (new FakeLine(), new FakeLine());
        (here.other, there.other) = (there, here);
        return (here, there);
    }

    /// <summary>Something arrives that the other end did not send.</summary>
    public void Bring(byte[] bytes) => incoming.Writer.TryWrite(bytes);

    public ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (IsOver)
        {
            throw new IOException("The line is over.");
        }

        var bytes = frame.ToArray();
        Assert.Null(LinkFrame.Read(bytes, out var read));
        if (read.Items.Count > 0)
        {
            Sent.Add(read);
        }

        if (!IsMute)
        {
            other.incoming.Writer.TryWrite(bytes);
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask<ReadOnlyMemory<byte>?> ReceiveAsync(CancellationToken cancellation)
    {
        try
        {
            return await incoming.Reader.ReadAsync(cancellation);
        }
        catch (ChannelClosedException)
        {
            return null;
        }
    }

    public void Abort()
    {
        IsOver = true;
        incoming.Writer.TryComplete();
        if (!IsMute)
        {
            other.IsOver = true;
            other.incoming.Writer.TryComplete();
        }
    }

    public void Dispose() => Abort();
}
