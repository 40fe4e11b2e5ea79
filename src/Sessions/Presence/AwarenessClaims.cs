namespace Relay.Sessions;

/// <summary>
/// Who says that a client is there: connections of this node that own it, and other nodes that have such connections.
/// </summary>
/// <remarks>
/// Nearly always one. More are there while a client changes its connection or its node, when two providers share one
/// awareness, and when a browser tab passes on what another tab said or heard. From then on no connection among them is
/// sure: it has to be asked whether the client is its own before anything is founded on its claim alone.
/// </remarks>
internal sealed class AwarenessClaims
{
    private readonly List<AwarenessClaim> claims = new(1);

    public bool IsEmpty => claims.Count == 0;

    /// <summary>The connections of this node among them.</summary>
    public IEnumerable<AwarenessClaim> Owners => claims.Where(claim => claim.Connection is not null);

    /// <summary>Those of them that said this clock or a newer one.</summary>
    public IEnumerable<AwarenessClaim> OwnersAt(ulong clock) => Owners.Where(claim => claim.Clock >= clock);

    public bool Has(Attachment connection) => claims.Exists(claim => claim.Connection == connection);

    /// <summary>Whether another node, or a connection that is not lost, is among them.</summary>
    public bool HasLive => claims.Exists(claim => claim.Connection is null or { IsAttached: true });

    public bool HasOtherNode => claims.Exists(claim => claim.Connection is null);

    public bool HasOwner => claims.Exists(claim => claim.Connection is not null);

    /// <summary>Whether a connection of this node said this clock or a newer one.</summary>
    public bool HasOwnerAt(ulong clock) => claims.Exists(claim => claim.Connection is not null && claim.Clock >= clock);

    /// <summary>Whether a connection that is the client's own said this clock or a newer one.</summary>
    public bool HasSureOwnerAt(ulong clock) => claims.Exists(claim => claim.IsSure && claim.Clock >= clock);

    /// <summary>Whether any source said this clock or a newer one.</summary>
    public bool HasAt(ulong clock) => claims.Exists(claim => claim.Clock >= clock);

    /// <summary>A connection says the presence.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="isSure">Whether that is how a client begins to say its own.</param>
    public void Say(Attachment connection, ulong clock, bool isSure) =>
        Say(new AwarenessClaim(connection, 0, clock, isSure));

    /// <summary>
    /// The client has come back: what other connections of this node said does not count as the newest any more.
    /// </summary>
    public void Replace(Attachment connection, ulong clock, bool isSure)
    {
        for (var i = 0; i < claims.Count; i++)
        {
            if (claims[i].Connection is not null)
            {
                claims[i] = claims[i] with { Clock = null };
            }
        }

        Say(connection, clock, isSure);
    }

    /// <summary>
    /// Another node says the presence. What a node of unknown name passes on counts only while the source itself has
    /// not said it: it would outlive the source.
    /// </summary>
    public void Say(ulong node, ulong clock)
    {
        if (node != 0 || !claims.Exists(claim => claim.Connection is null && claim.Node != 0))
        {
            Say(new AwarenessClaim(null, node, clock, IsSure: false));
        }
    }

    /// <summary>A connection is sent the client's removal under this clock.</summary>
    public void Ask(Attachment connection, ulong clock)
    {
        var at = claims.FindIndex(claim => claim.Connection == connection);
        claims[at] = claims[at] with { AskedAt = clock };
    }

    public bool Drop(Attachment connection) => claims.RemoveAll(claim => claim.Connection == connection) > 0;

    public bool Drop(ulong node) => claims.RemoveAll(claim => claim.Connection is null && claim.Node == node) > 0;

    /// <summary>
    /// What other nodes said under older clocks does not count any more: they say the newest, too, if they have its
    /// client.
    /// </summary>
    public void DropOtherNodesBefore(ulong clock) =>
        claims.RemoveAll(claim => claim.Connection is null && claim.Clock < clock);

    /// <summary>No other node says it any more.</summary>
    public void DropOtherNodes() => claims.RemoveAll(claim => claim.Connection is null);

    private void Say(in AwarenessClaim said)
    {
        for (var i = 0; i < claims.Count; i++)
        {
            if (claims[i].Connection == said.Connection && claims[i].Node == said.Node)
            {
                var hasAnswered = said.Clock > claims[i].AskedAt;
                claims[i] = said with
                {
                    IsSure = hasAnswered || claims[i].IsSure,
                    AskedAt = hasAnswered ? null : claims[i].AskedAt,
                };
                return;
            }
        }

        var isOnly = claims.Count == 0;
        for (var i = 0; i < claims.Count; i++)
        {
            claims[i] = claims[i] with { IsSure = false };
        }

        // What a node of unknown name passed on when the document was loaded is now said by its source.
        Drop(0);
        claims.Add(said with { IsSure = said.IsSure && isOnly });
    }
}
