namespace Relay.Peers;

/// <summary>
/// The proofs that this node has accepted, for as long as their time allows them: each is accepted once. Thread-safe.
/// </summary>
/// <remarks>
/// A recorded request would otherwise be answered again for as long as its proof is timely, with what the document
/// holds by then. The memory is bounded. When it is full, the oldest proof is forgotten and the limit moves: proofs
/// that are as old or older are refused, used or not. A proof older than this object is refused too, because a process
/// that ran before this one may have accepted it. Only proofs with the right signature get here, so strangers cannot
/// fill it.
/// </remarks>
/// <param name="most">How many proofs are remembered, 64 bytes each.</param>
/// <param name="start">The time at which this node starts to accept proofs.</param>
internal sealed class UsedProofs(int most, DateTimeOffset start)
{
    private readonly Lock gate = new();
    private readonly HashSet<UInt128> nonces = [];
    private readonly PriorityQueue<UInt128, long> oldestFirst = new();

    /// <summary>Proofs from this time and before are refused.</summary>
    private long limit = start.ToUnixTimeMilliseconds() - 1;

    /// <summary>How many are remembered.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return nonces.Count;
            }
        }
    }

    /// <summary>
    /// Accepts a proof whose signature and time are right; false when it was accepted before, or may have been.
    /// </summary>
    public bool TryUse(PeerProofId proof, DateTimeOffset now)
    {
        var timely = (now - PeerProof.MaxSkew).ToUnixTimeMilliseconds();
        lock (gate)
        {
            while (oldestFirst.TryPeek(out var nonce, out var madeAt) && madeAt < timely)
            {
                // Another thread may have found it timely, and not come here yet.
                limit = Math.Max(limit, madeAt);
                oldestFirst.Dequeue();
                nonces.Remove(nonce);
            }

            if (proof.Milliseconds <= limit || !nonces.Add(proof.Nonce))
            {
                return false;
            }

            oldestFirst.Enqueue(proof.Nonce, proof.Milliseconds);
            if (oldestFirst.Count > most && oldestFirst.TryDequeue(out var forgotten, out var forgottenAt))
            {
                nonces.Remove(forgotten);
                limit = forgottenAt;
            }

            return true;
        }
    }
}
