using System.Security.Cryptography;
using System.Text;

namespace Relay.Peers;

/// <summary>
/// What all nodes know and nobody else: <c>Internal:Secret</c>. It never travels and is never printed; only what was
/// computed with it leaves the node.
/// </summary>
internal sealed class PeerSecret
{
    private readonly byte[] key;

    public PeerSecret(string text) => key = Encoding.UTF8.GetBytes(text);

    /// <summary>
    /// Stands in for a secret in Development. Everybody can read it here, so a node that uses it listens to its own
    /// machine only.
    /// </summary>
    public static PeerSecret Development { get; } = new("relay: everybody knows this secret of development nodes");

    /// <summary>HMAC-SHA256 of some text.</summary>
    public byte[] Sign(string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    /// <summary>Starts an HMAC-SHA256 over bytes that come in parts.</summary>
    public IncrementalHash StartSigning() => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);

    public override string ToString() => "(secret)";
}
