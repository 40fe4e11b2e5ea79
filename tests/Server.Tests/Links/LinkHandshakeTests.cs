using Relay.Peers;
using static Relay.Links.LinkSamples;

namespace Relay.Links;

public sealed class LinkHandshakeTests
{
    private static readonly PeerSecret Secret = PeerSamples.Secret;

    [Fact]
    public void A_target_says_who_dials_and_nothing_else_reads()
    {
        var target = LinkHandshake.Target(NodeOf(1));
        Assert.True(LinkHandshake.TryGetNode(target, out var node));
        Assert.Equal(NodeOf(1), node);
        foreach (var other in (string[])
            ["/internal/link", "/internal/link?node=", target + "0", target + "00", target.ToUpperInvariant(),
                target + "&x=1", "/internal/link?node=" + new string('6', 4096)])
        {
            Assert.False(LinkHandshake.TryGetNode(other, out _), other);
        }
    }

    [Fact]
    public void An_answer_is_for_one_proof_one_node_and_one_secret()
    {
        var answer = LinkHandshake.Answer(Secret, "proof", NodeOf(2), "nonce");
        Assert.True(LinkHandshake.IsAnswer(Secret, "proof", NodeOf(2), answer, out var nonce));
        Assert.Equal("nonce", nonce);
        Assert.False(LinkHandshake.IsAnswer(Secret, "another proof", NodeOf(2), answer, out _));
        Assert.False(LinkHandshake.IsAnswer(Secret, "proof", NodeOf(3), answer, out _));
        Assert.False(LinkHandshake.IsAnswer(new PeerSecret("another"), "proof", NodeOf(2), answer, out _));
        Assert.False(LinkHandshake.IsAnswer(Secret, "proof", NodeOf(2), "another." + answer.Split('.')[1], out _));
        Assert.False(LinkHandshake.IsAnswer(Secret, "proof", NodeOf(2), null, out _));
        Assert.False(LinkHandshake.IsAnswer(Secret, "proof", NodeOf(2), "", out _));
    }

    [Fact]
    public void A_frame_that_is_changed_repeated_left_out_or_sent_back_is_refused()
    {
        using var sealing = Seal(isOfDialer: true);
        byte[][] frames = [sealing.Seal([1, 2, 3]), sealing.Seal([4]), sealing.Seal([])];
        using var reading = Seal(isOfDialer: true);
        Assert.True(reading.TryOpen(frames[0], out var frame));
        Assert.Equal([1, 2, 3], frame.ToArray());
        Assert.True(reading.TryOpen(frames[1], out _));
        Assert.True(reading.TryOpen(frames[2], out frame));
        Assert.True(frame.IsEmpty);

        using var repeated = Seal(isOfDialer: true);
        Assert.True(repeated.TryOpen(frames[0], out _));
        Assert.False(repeated.TryOpen(frames[0], out _));
        using var leftOut = Seal(isOfDialer: true);
        Assert.False(leftOut.TryOpen(frames[1], out _));
        using var sentBack = Seal(isOfDialer: false);
        Assert.False(sentBack.TryOpen(frames[0], out _));
        using var changed = Seal(isOfDialer: true);
        frames[0][1]++;
        Assert.False(changed.TryOpen(frames[0], out _));
        Assert.False(changed.TryOpen(frames[0].AsMemory(0, LinkSeal.Bytes - 1), out _));
    }

    private static LinkSeal Seal(bool isOfDialer) =>
        LinkHandshake.Seal(Secret, "proof", "nonce", NodeOf(2), isOfDialer);
}
