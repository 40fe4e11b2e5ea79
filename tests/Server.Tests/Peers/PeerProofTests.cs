using System.Globalization;
using static Relay.Peers.PeerSamples;

namespace Relay.Peers;

public sealed class PeerProofTests
{
    private const string Node = "10.0.0.7:5211";
    private const string Nonce = "000102030405060708090a0b0c0d0e0f";

    /// <summary>As another program computes it.</summary>
    private const string Mac = "331bbec171e3d2e86c1e15f3530d83fe655f4ddf2a443ec3c70edd365eab5a04";

    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_header_is_what_it_always_was() =>
        Assert.Equal(
            $"Relay-Peer 1795176000000.{Nonce}.{Mac}",
            PeerProof.Make(Secret, "GET", StatePath, Node, Now, Nonce));

    [Fact]
    public void Its_id_is_its_number_and_its_time()
    {
        PeerProof.Check(Make(), Secret, "GET", StatePath, Node, Now, out _, out var id);
        Assert.Equal(new PeerProofId(UInt128.Parse(Nonce, NumberStyles.HexNumber, null), 1795176000000), id);
    }

    [Fact]
    public void No_two_proofs_have_the_same_number()
    {
        var nonces = Enumerable.Range(0, 1000).Select(_ => PeerProof.NewNonce()).ToList();
        Assert.Equal(nonces.Count, nonces.Distinct().Count());
        Assert.All(nonces, nonce => Assert.Equal(Nonce.Length, nonce.Length));
    }

    [Fact]
    public void A_proof_is_right_for_its_request_its_node_and_its_time()
    {
        Assert.Equal(PeerProofOutcome.Valid, Check(Make()));
        Assert.Equal(PeerProofOutcome.Valid, Check(Make(), now: Now + PeerProof.MaxSkew));
        Assert.Equal(PeerProofOutcome.Valid, Check(Make(), now: Now - PeerProof.MaxSkew));
    }

    [Fact]
    public void It_is_wrong_for_any_other()
    {
        Assert.Equal(PeerProofOutcome.Wrong,
            Check(Make(), secret: new PeerSecret("another secret of 32 characters..")));
        Assert.Equal(PeerProofOutcome.Wrong, Check(Make(), method: "DELETE"));
        Assert.Equal(PeerProofOutcome.Wrong, Check(Make(), path: "/internal/documents/other/state"));
        Assert.Equal(PeerProofOutcome.Wrong, Check(Make(), path: StatePath + "?"));
        Assert.Equal(PeerProofOutcome.Wrong, Check(Make(), target: "10.0.0.8:5211"));
        Assert.Equal(PeerProofOutcome.Wrong, Check(Make(), target: "10.0.0.7:5212"));
    }

    [Fact]
    public void An_old_one_is_told_apart_with_how_far_the_clocks_differ()
    {
        Assert.Equal(
            PeerProofOutcome.Untimely,
            PeerProof.Check(Make(), Secret, "GET", StatePath, Node,
                Now + PeerProof.MaxSkew + TimeSpan.FromMilliseconds(1), out var behind, out _));
        Assert.Equal(-30.001, behind.TotalSeconds, 4);
        Assert.Equal(PeerProofOutcome.Untimely,
            PeerProof.Check(Make(), Secret, "GET", StatePath, Node, Now - TimeSpan.FromHours(1), out var ahead, out _));
        Assert.Equal(TimeSpan.FromHours(1), ahead);
    }

    [Fact]
    public void Its_time_cannot_be_made_newer()
    {
        var parts = Make().Split('.');
        Assert.Equal(PeerProofOutcome.Wrong, Check($"{parts[0][..^1]}9.{parts[1]}.{parts[2]}"));
    }

    [Fact]
    public void Every_single_changed_digit_is_wrong()
    {
        var proof = Make();
        for (var i = proof.IndexOf('.') + 1; i < proof.Length; i++)
        {
            if (proof[i] == '.')
            {
                continue;
            }

            var changed = proof.ToCharArray();
            changed[i] = changed[i] == '0' ? '1' : '0';
            Assert.Equal(PeerProofOutcome.Wrong, Check(new string(changed)));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Bearer x")]
    [InlineData("Relay-Peer ")]
    [InlineData("Relay-Peer .")]
    [InlineData("Relay-Peer 1795176000000.")]
    [InlineData("Relay-Peer 1795176000000.zz.zz")]
    [InlineData("Relay-Peer 1795176000000." + Mac)]
    [InlineData("Relay-Peer 1795176000000." + Nonce + "." + Mac + "0")]
    [InlineData("Relay-Peer 1795176000000." + Nonce + "0" + Mac)]
    [InlineData("Relay-Peer 1795176000000.x00102030405060708090a0b0c0d0e0f." + Mac)]
    [InlineData("Relay-Peer -795176000000." + Nonce + "." + Mac)]
    [InlineData("Relay-Peer 999999999999999999999999." + Nonce + "." + Mac)]
    public void What_is_no_proof_is_none(string? proof) => Assert.Equal(PeerProofOutcome.Missing, Check(proof));

    [Fact]
    public void The_secret_is_never_printed()
    {
        Assert.DoesNotContain("0123", Secret.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("0123", Make(), StringComparison.Ordinal);
    }

    private static string Make() => PeerProof.Make(Secret, "GET", StatePath, Node, Now, Nonce);

    private static PeerProofOutcome Check(string? proof, PeerSecret? secret = null, string method = "GET",
        string path = StatePath, string target = Node, DateTimeOffset? now = null) =>
        PeerProof.Check(proof, secret ?? Secret, method, path, target, now ?? Now, out _, out _);
}
