namespace Relay.Peers;

public sealed class UsedProofsTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeMilliseconds(1_000_000);

    [Fact]
    public void Each_proof_is_accepted_once()
    {
        var used = new UsedProofs(10, Start);
        Assert.True(used.TryUse(Id(1, 0), Start));
        Assert.True(used.TryUse(Id(2, 0), Start));
        Assert.False(used.TryUse(Id(1, 0), Start));
        Assert.False(used.TryUse(Id(1, 0), Start + PeerProof.MaxSkew));
    }

    [Fact]
    public void One_that_is_no_longer_timely_is_forgotten()
    {
        var used = new UsedProofs(10, Start);
        Assert.True(used.TryUse(Id(1, 0), Start));
        Assert.True(used.TryUse(Id(2, 30_000), Start + PeerProof.MaxSkew));
        Assert.Equal(2, used.Count);
        Assert.True(used.TryUse(Id(3, 30_001), Start + PeerProof.MaxSkew + TimeSpan.FromMilliseconds(1)));
        Assert.Equal(2, used.Count);
    }

    [Fact]
    public void One_that_is_forgotten_between_the_check_of_its_time_and_its_use_is_refused()
    {
        var used = new UsedProofs(10, Start);
        Assert.True(used.TryUse(Id(1, 0), Start));
        var timely = Start + PeerProof.MaxSkew;
        Assert.True(used.TryUse(Id(2, 30_001), timely + TimeSpan.FromMilliseconds(1)));
        Assert.False(used.TryUse(Id(1, 0), timely));
    }

    [Fact]
    public void Those_from_before_the_start_are_refused_since_another_process_may_have_accepted_them()
    {
        var used = new UsedProofs(10, Start);
        Assert.False(used.TryUse(Id(1, -1), Start));
        Assert.Equal(0, used.Count);
    }

    [Fact]
    public void When_it_is_full_no_forgotten_proof_is_accepted_again_and_new_ones_are()
    {
        var used = new UsedProofs(100, Start);
        for (var i = 0; i < 1000; i++)
        {
            Assert.True(used.TryUse(Id(i, i), Start));
        }

        Assert.Equal(100, used.Count);
        for (var i = 0; i < 1000; i++)
        {
            Assert.False(used.TryUse(Id(i, i), Start));
        }

        Assert.True(used.TryUse(Id(1000, 1000), Start));
        Assert.Equal(100, used.Count);
    }

    private static PeerProofId Id(int nonce, int milliseconds) =>
        new((UInt128)nonce, Start.ToUnixTimeMilliseconds() + milliseconds);
}
