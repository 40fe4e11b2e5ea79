using Relay.Connections;
using Relay.Doubles;
using static Relay.Doubles.HocuspocusClient;

namespace Relay.Protocols.Hocuspocus;

/// <summary>What becomes of each frame of a client.</summary>
public sealed class FrameIntakeTests : IDisposable
{
    private const string Question = "00000100";

    private readonly HocuspocusBench bench = new();

    public void Dispose() => bench.Dispose();

    [Fact]
    public void A_ping_of_the_socket_is_answered_and_a_pong_is_not()
    {
        Say("09", "0a");
        Assert.Equal(["0a"], bench.Take());
    }

    [Fact]
    public void Messages_go_to_their_documents_and_one_right_behind_a_token_meets_an_open_document()
    {
        Say(Token("a", "write"), Message("a", Question), Token("b", "write"), Message("b", Question));
        Assert.Equal(2, bench.Documents.Count);
        var answered = bench.Take().Where(frame => frame.Contains("000100", StringComparison.Ordinal)).ToList();
        Assert.Contains(answered, frame => frame.StartsWith(Text("a"), StringComparison.Ordinal));
        Assert.Contains(answered, frame => frame.StartsWith(Text("b"), StringComparison.Ordinal));
    }

    [Fact]
    public void A_close_leaves_the_document_and_keeps_the_others()
    {
        Say(Token("a", "write"), Token("b", "write"), Message("a", "07"));
        Assert.Null(bench.Documents.Find("a"));
        Assert.NotNull(bench.Documents.Find("b"));
        Assert.Equal(AddressState.Left, bench.Absent.StateOf("a"));
    }

    [Fact]
    public void What_has_no_address_closes_the_socket_and_what_does_not_read_its_document_only()
    {
        Say(Token("a", "write"), Message("a", "00ff"));
        Assert.Null(bench.Documents.Find("a"));
        Assert.False(bench.Documents.IsClosed);
        Assert.Contains(Message("a", "07" + Text(CloseReason.BadMessage.Text)), bench.Take());
        Say("05", Token("b", "write"));
        Assert.Equal(CloseReason.BadMessage, bench.Socket.ClosedFor);

        // Nothing of what came behind it is looked at.
        Assert.Equal(0, bench.Documents.Count);
    }

    [Fact]
    public void What_only_servers_may_say_closes_the_document()
    {
        Say(Token("a", "write"), Message("a", "06" + Text("x")));
        Assert.Null(bench.Documents.Find("a"));
        Assert.Contains(Message("a", "07" + Text("Reset Connection")), bench.Take());
    }

    [Fact]
    public void A_name_that_is_too_long_is_denied_each_time_and_not_remembered()
    {
        var name = new string('x', HocuspocusAddress.MaxUtf8Bytes + 1);
        bench.Line.Stop();
        Say(Token(name, "write"), Token(name, "write"), Message(name, "03"));
        Assert.Equal(AddressState.Unknown, bench.Absent.StateOf(name));
        Assert.False(bench.Documents.IsClosed);
    }

    [Fact]
    public void A_message_that_is_too_large_closes_its_document_and_says_which_bound_held()
    {
        bench.Intake.SkipTooLarge(Convert.FromHexString(Message("a", "0002")));
        Assert.Equal([Message("a", "07" + Text(FrameIntake.TooLargeUnadmitted))], bench.Take());
        Say(Token("b", "write"));
        bench.Take();
        bench.Intake.SkipTooLarge(Convert.FromHexString(Message("b", "0002")));
        Assert.Contains(Message("b", "07" + Text(CloseReason.MessageTooLarge.Text)), bench.Take());

        // An application's own is dropped, and one without an address ends the socket.
        Say(Token("b", "write"));
        bench.Intake.SkipTooLarge(Convert.FromHexString(Message("b", "05")));
        Assert.NotNull(bench.Documents.Find("b"));
        bench.Intake.SkipTooLarge(new byte[] { 0xFF });
        Assert.Equal(CloseReason.MessageTooLarge, bench.Socket.ClosedFor);
    }

    [Fact]
    public void Frames_that_come_too_fast_wait()
    {
        var second = bench.Services.Limits.MessagesPerSecond;
        var burst = Enumerable.Repeat<ReadOnlyMemory<byte>>(new byte[] { 0x0A }, second * MessageRate.BurstSeconds);
        var frames = burst.ToList();
        Assert.True(bench.Intake.HandleAsync(frames, CancellationToken.None).IsCompletedSuccessfully);
        var late = bench.Intake.HandleAsync(frames[..second], CancellationToken.None).AsTask();
        bench.Advance(TimeSpan.FromSeconds(0.9));
        Assert.False(late.IsCompleted);
        bench.Advance(TimeSpan.FromSeconds(1));
        Assert.True(late.IsCompletedSuccessfully);
    }

    private void Say(params string[] frames)
    {
        var handling = bench.Intake.HandleAsync(
            [.. frames.Select(frame => (ReadOnlyMemory<byte>)Convert.FromHexString(frame))], CancellationToken.None);
        Assert.True(handling.IsCompletedSuccessfully);
    }
}
