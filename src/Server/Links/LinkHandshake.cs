using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Relay.DocLocator;
using Relay.Peers;

namespace Relay.Links;

/// <summary>
/// How two nodes begin a link: a WebSocket at <c>/internal/link?node={who dials}</c>, the name in hexadecimal, with a
/// <see cref="PeerProof"/>. The node that is dialed answers with a number for this answer alone and an
/// HMAC over it, its own name and the proof that it was sent. All frames are signed with keys that are made of the
/// same.
/// </summary>
internal static class LinkHandshake
{
    /// <summary>The answer's header with the number and the HMAC.</summary>
    public const string ProofHeader = "Relay-Link-Proof";

    private const string Prefix = "/internal/link?node=";
    private const int MaxName = 512;

    /// <summary>The request target with which a node dials.</summary>
    public static string Target(NodeIdentity self) =>
        Prefix + Convert.ToHexStringLower(Encoding.UTF8.GetBytes(self.ToString()));

    /// <summary>Whether a request is for a link.</summary>
    public static bool IsLink(string target) => target.StartsWith("/internal/link", StringComparison.Ordinal);

    /// <summary>Reads what <see cref="Target"/> wrote, and nothing else.</summary>
    public static bool TryGetNode(string target, [NotNullWhen(true)] out NodeIdentity? node)
    {
        node = null;
        return target.StartsWith(Prefix, StringComparison.Ordinal) && target.Length <= Prefix.Length + (2 * MaxName)
            && target.Length % 2 == Prefix.Length % 2
            && target.AsSpan(Prefix.Length).ContainsAnyExcept("0123456789abcdef") is false
            && NodeIdentity.TryParse(Encoding.UTF8.GetString(Convert.FromHexString(target[Prefix.Length..])), out node);
    }

    /// <summary>The answer's proof.</summary>
    public static string Answer(PeerSecret secret, string proof, NodeIdentity self, string nonce) =>
        $"{nonce}.{Convert.ToHexStringLower(Sign(secret, "relay-link-answer-1", proof, self, nonce))}";

    /// <summary>Whether an answer is this node's, to this proof.</summary>
    public static bool IsAnswer(
        PeerSecret secret, string proof, NodeIdentity peer, string? answer, out string nonce)
    {
        nonce = answer?.Split('.')[0] ?? "";
        return answer is not null && CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(answer), Encoding.UTF8.GetBytes(Answer(secret, proof, peer, nonce)));
    }

    /// <summary>Signs what one side sends.</summary>
    /// <param name="secret">What both nodes know.</param>
    /// <param name="proof">The proof of the node that dials.</param>
    /// <param name="nonce">The number of the node that is dialed.</param>
    /// <param name="dialed">The node that is dialed.</param>
    /// <param name="isOfDialer">Whether it is for what the node that dials sends.</param>
    public static LinkSeal Seal(PeerSecret secret, string proof, string nonce, NodeIdentity dialed, bool isOfDialer) =>
        new(Sign(secret, isOfDialer ? "relay-link-dialer-1" : "relay-link-dialed-1", proof, dialed, nonce));

    private static byte[] Sign(PeerSecret secret, string purpose, string proof, NodeIdentity node, string nonce) =>
        secret.Sign(string.Join('\n', purpose, proof, node, nonce));
}
