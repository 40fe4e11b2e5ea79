namespace Relay.Sessions;

/// <summary>
/// The presence of one document's clients: which are there, which connections may say so, and how long it counts.
/// Belongs to the session's mailbox.
/// </summary>
internal sealed class AwarenessRegistry
{
    private readonly PresenceEffects effects;

    /// <param name="limits">What presence may take.</param>
    /// <param name="returnTime">
    /// How long an owner has to say that its client is there when another source is gone.
    /// </param>
    /// <param name="memory">What the document takes, its presence with it.</param>
    public AwarenessRegistry(AwarenessLimits limits, TimeSpan returnTime, MemoryShare memory)
    {
        Records = new AwarenessRecords(memory);
        effects = new PresenceEffects(Records, limits, memory, returnTime);
        Own = new OwnPresence(Records, limits, effects);
        OtherNodes = new OtherNodesPresence(Records, limits, effects);
    }

    /// <summary>The entries.</summary>
    public AwarenessRecords Records { get; }

    /// <summary>What connections of this node say.</summary>
    public OwnPresence Own { get; }

    /// <summary>What other nodes say.</summary>
    public OtherNodesPresence OtherNodes { get; }

    /// <summary>The clients of this node, as nodes tell them each other.</summary>
    public byte[] EncodeOwn()
    {
        var own = Records.Own().Select(record => record.Entry).ToList();
        return ToldPresence.Of(own, client => Records.Find(client)!.User).Encode();
    }

    /// <summary>
    /// Removes the entries that were not renewed, and forgets the clocks of those that are long gone.
    /// </summary>
    public AwarenessChanges Expire(DateTimeOffset now)
    {
        var result = new AwarenessChanges();
        List<AwarenessRecord>? forgotten = null;
        foreach (var record in Records.All)
        {
            var age = now - record.SeenAt;
            if (!record.IsNull && age >= AwarenessRecords.Lifetime)
            {
                effects.End(record, record.Clock, now, isOwn: record.Claims.HasOwner, result);
            }
            else if (record.IsNull && record.Claims.IsEmpty && age >= AwarenessRecords.ClockLifetime)
            {
                (forgotten ??= []).Add(record);
            }
        }

        forgotten?.ForEach(Records.Forget);
        return result;
    }

    /// <summary>
    /// Asks owners on this node to say under the next clock what was last said before <paramref name="asked"/>: stock
    /// clients that come back ignore entries under clocks that they know.
    /// </summary>
    /// <param name="asked">When a client came back.</param>
    /// <param name="most">So many clients at most are asked for.</param>
    public AwarenessChanges Renew(DateTimeOffset asked, int most)
    {
        var result = new AwarenessChanges();
        foreach (var record in Records.Own())
        {
            if (result.Nudges.Count >= most)
            {
                break;
            }

            if (record.SeenAt <= asked && record.AskedAt < asked)
            {
                record.AskedAt = asked;
                PresenceEffects.Raise(record, result);
            }
        }

        return result;
    }
}
