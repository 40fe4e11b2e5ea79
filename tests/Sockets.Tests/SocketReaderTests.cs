using Relay.Doubles;
using Relay.Sockets.WebSockets;
using static Relay.Doubles.SocketBench;

namespace Relay.Sockets;

/// <summary>The reader of a socket: what it hands over, what it answers and when it stops.</summary>
public sealed class SocketReaderTests : IDisposable
{
    private readonly SocketBench bench = new();
    private readonly ClientFrameReader frames;
    private readonly SocketReader reader;
    private readonly List<string> taken = [];
    private readonly TaskCompletionSource held = new();
    private bool holds;

    public SocketReaderTests()
    {
        frames = new ClientFrameReader(bench.Line, 100, bench.Budget);
        reader = new SocketReader(frames, bench.Line, bench.Writer, bench.Closing, bench.Metrics, bench.Time);
    }

    public void Dispose()
    {
        frames.Dispose();
        bench.Dispose();
    }

    [Fact]
    public void Messages_that_come_together_are_handed_over_together()
    {
        var reading = Read();
        bench.Say(Message(1), Message(2));
        bench.Say(Message(3));
        Assert.Equal(["01 02", "03"], taken);
        Assert.False(reading.IsCompleted);
    }

    [Fact]
    public void A_ping_is_answered_after_the_messages_before_it()
    {
        var reading = Read();
        bench.Say(Message(1), FromClient(WebSocketOpcode.Ping, 7), Message(2), FromClient(WebSocketOpcode.Pong));
        Assert.Equal(["01", "02"], taken);
        Assert.Equal([0x8A, 1, 7], bench.Take());
        Assert.False(reading.IsCompleted);
    }

    [Fact]
    public void No_more_is_read_while_messages_are_dealt_with()
    {
        holds = true;
        Read();
        Assert.False(reader.IsPaused);
        bench.Time.Advance(TimeSpan.FromSeconds(5));
        bench.Say(Message(1));
        bench.Say(Message(2));
        Assert.Equal(["01"], taken);
        Assert.True(reader.IsPaused);
        Assert.Equal(0, reader.LastPause);
        bench.Time.Advance(TimeSpan.FromSeconds(5));
        LetGo();
        Assert.Equal(["01", "02"], taken);
        Assert.False(reader.IsPaused);
        Assert.Equal(bench.Time.GetTimestamp(), reader.LastPause);
    }

    [Fact]
    public void Messages_after_this_sides_close_are_dropped_and_the_client_close_is_read()
    {
        var reading = Read();
        bench.Closing.TryClose(new SocketClose(4400, "why"));
        bench.Say(Message(1), FromClient(WebSocketOpcode.Close, 0x11, 0x30));
        Assert.Empty(taken);
        Assert.Equal(ClientFrameKind.Close, Last(reading).Kind);
        Assert.Equal([0x11, 0x30], Last(reading).Payload.ToArray());
    }

    [Fact]
    public void A_wait_of_who_takes_messages_ends_with_the_connection_and_reading_goes_on()
    {
        var reading = reader.ReadAsync(
            (_, closed) =>
            {
                taken.Add("");
                return new ValueTask(Task.Delay(Timeout.InfiniteTimeSpan, bench.Time, closed));
            },
            null);
        bench.Say(Message(1), Message(2));
        bench.Closing.TryClose(new SocketClose(4400, "why"));
        bench.Closing.Cancel();
        bench.Say(Message(3), FromClient(WebSocketOpcode.Close));
        Assert.Equal(ClientFrameKind.Close, Last(reading).Kind);
        Assert.Single(taken);
    }

    [Fact]
    public void The_beginning_of_a_message_that_is_too_large_is_told_and_reading_goes_on()
    {
        var reading = Read(beginning => taken.Add($"{beginning.Length}"));
        bench.Say(Message(1), Message(new byte[101]), Message(2));
        Assert.Equal(["01", "101", "02"], taken);
        Assert.False(reading.IsCompleted);
    }

    [Fact]
    public void What_is_no_message_ends_the_reading()
    {
        var ends = new (byte[] Bytes, ClientFrameKind Kind)[]
        {
            (FromClient(WebSocketOpcode.Text, 1), ClientFrameKind.Text),
            (FromClient(WebSocketOpcode.Close), ClientFrameKind.Close),
            (FromClient(WebSocketOpcode.Continuation, 1), ClientFrameKind.Invalid),
            (Message(new byte[101]), ClientFrameKind.TooLarge),
        };
        foreach (var (bytes, kind) in ends)
        {
            using var other = new SocketReaderTests();
            var reading = other.Read();
            other.bench.Say(Message(1), bytes, Message(2));
            Assert.Equal(kind, Last(reading).Kind);
            Assert.Equal(["01"], other.taken);
        }

        var ending = Read();
        bench.Line.End();
        bench.Steps.Run();
        Assert.Equal(ClientFrameKind.EndOfStream, Last(ending).Kind);
    }

    [Fact]
    public void What_follows_bytes_that_are_no_frames_is_taken_off_the_line_until_its_end()
    {
        bench.Say(new byte[10_000]);
        var skipping = reader.SkipRestAsync();
        bench.Steps.Run();
        Assert.Equal(0, bench.Line.Unread);
        Assert.False(skipping.IsCompleted);
        bench.Line.End();
        bench.Steps.Run();
        Assert.True(skipping.IsCompletedSuccessfully);
    }

    private static byte[] Message(params byte[] payload) => FromClient(WebSocketOpcode.Binary, payload);

    private static ClientFrame Last(Task<ClientFrame> reading)
    {
        Assert.True(reading.IsCompletedSuccessfully);
#pragma warning disable xUnit1031 // It is completed.
        return reading.Result;
#pragma warning restore xUnit1031
    }

    private Task<ClientFrame> Read(Action<ReadOnlyMemory<byte>>? tooLarge = null)
    {
        var reading = reader.ReadAsync(
            (messages, _) =>
            {
                taken.Add(string.Join(' ', messages.Select(message => Convert.ToHexStringLower(message.Span))));
                return holds ? new ValueTask(held.Task) : ValueTask.CompletedTask;
            },
            tooLarge);
        bench.Steps.Run();
        return reading;
    }

    private void LetGo()
    {
        holds = false;
        held.SetResult();
        bench.Steps.Run();
    }
}
