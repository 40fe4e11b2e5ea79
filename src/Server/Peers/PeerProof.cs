using System.Globalization;
using System.Security.Cryptography;

namespace Relay.Peers;

/// <summary>
/// How one node shows another that it belongs to it, as the value of the <c>Authorization</c> header:
/// <code>Relay-Peer {milliseconds since 1970 UTC}.{nonce, 32 hexadecimal digits}.{HMAC-SHA256, 64 lower-case
/// ones}</code> over the lines <c>relay-peer-request-2</c>, method, request target as it is sent, time, nonce, and the
/// address that is asked, joined by line feeds (none of them can hold one). The address is in it so that what one node
/// was sent is no proof to another, the method and target so that it is none for another question, and the nonce so
/// that a node can refuse it when it comes again (<see cref="UsedProofs"/>).
/// </summary>
internal static class PeerProof
{
    /// <summary>
    /// How far the clocks of two nodes may be apart: more than any synchronised clock, short enough that few proofs
    /// must be remembered.
    /// </summary>
    public static readonly TimeSpan MaxSkew = TimeSpan.FromSeconds(30);

    private const string Scheme = "Relay-Peer ";
    private const int HexLength = 64;
    private const int NonceLength = 32;

    /// <summary>Makes the header's value.</summary>
    /// <param name="secret">What both nodes know.</param>
    /// <param name="method">The request's method.</param>
    /// <param name="path">The request target, exactly as it is sent.</param>
    /// <param name="target">The address that is asked, as it stands in the locator.</param>
    /// <param name="now">The time.</param>
    /// <param name="nonce">A number for this proof alone (<see cref="NewNonce"/>).</param>
    public static string Make(
        PeerSecret secret, string method, string path, string target, DateTimeOffset now, string nonce)
    {
        var time = now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        return $"{Scheme}{time}.{nonce}.{Convert.ToHexStringLower(Sign(secret, method, path, target, time, nonce))}";
    }

    /// <summary>Draws a number for one proof: 128 bits, so that no two proofs share one.</summary>
    public static string NewNonce() => RandomNumberGenerator.GetHexString(NonceLength, lowercase: true);

    /// <summary>Judges a header's value.</summary>
    /// <param name="proof">The header's value; nothing if there is none.</param>
    /// <param name="secret">What both nodes know.</param>
    /// <param name="method">The request's method.</param>
    /// <param name="path">The request target, exactly as it came.</param>
    /// <param name="target">This node's address.</param>
    /// <param name="now">The time.</param>
    /// <param name="skew">For a right proof, how far its time is ahead of this node's.</param>
    /// <param name="id">For a valid proof, what tells it from all others.</param>
    public static PeerProofOutcome Check(
        string? proof,
        PeerSecret secret,
        string method,
        string path,
        string target,
        DateTimeOffset now,
        out TimeSpan skew,
        out PeerProofId id)
    {
        skew = default;
        id = default;
        if (proof is null || !proof.StartsWith(Scheme, StringComparison.Ordinal))
        {
            return PeerProofOutcome.Missing;
        }

        var value = proof.AsSpan(Scheme.Length);
        var dot = value.IndexOf('.');
        Span<byte> mac = stackalloc byte[HexLength / 2];
        if (dot is < 1 or > 15 || value.Length != dot + 1 + NonceLength + 1 + HexLength
            || value[dot + 1 + NonceLength] != '.')
        {
            return PeerProofOutcome.Missing;
        }

        var nonce = value.Slice(dot + 1, NonceLength);
        if (!long.TryParse(value[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            || !UInt128.TryParse(nonce, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            || Convert.FromHexString(value[^HexLength..], mac, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return PeerProofOutcome.Missing;
        }

        // The signature is judged before the time, so that only a node of ours is told apart as one whose clock is
        // wrong.
        var signed = Sign(secret, method, path, target, value[..dot].ToString(), nonce.ToString());
        if (!CryptographicOperations.FixedTimeEquals(mac, signed))
        {
            return PeerProofOutcome.Wrong;
        }

        skew = TimeSpan.FromMilliseconds(milliseconds - now.ToUnixTimeMilliseconds());
        id = new PeerProofId(number, milliseconds);
        return skew.Duration() <= MaxSkew ? PeerProofOutcome.Valid : PeerProofOutcome.Untimely;
    }

    private static byte[] Sign(
        PeerSecret secret, string method, string path, string target, string time, string nonce) =>
        secret.Sign(string.Join('\n', "relay-peer-request-2", method, path, time, nonce, target));
}
