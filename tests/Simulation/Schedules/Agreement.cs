using Relay.Sessions;

namespace Relay.Simulation;

/// <summary>Whether all clients and nodes have the same documents, once everything works again.</summary>
internal sealed class Agreement(World world)
{
    private readonly Dictionary<SimulatedDocument, byte[]> agreed = [];

    /// <summary>What all had when they were last looked at; null if no client and no node had the document.</summary>
    public byte[]? Of(SimulatedDocument document) => agreed.GetValueOrDefault(document);

    /// <summary>
    /// All connected clients and all sessions are the same document, which has everything that had to be kept; of a
    /// deleted one there are none.
    /// </summary>
    public string? WhyNot()
    {
        if (world.Nodes.FirstOrDefault(node => !node.IsReady) is { } ending)
        {
            return $"{ending.Process.Name} does not end.";
        }

        agreed.Clear();
        foreach (var client in world.Clients)
        {
            if (client.Link is null)
            {
                if (world.ClientsReturn && !client.IsGone)
                {
                    return $"{client.Name} finds no node.";
                }
            }
            else if (WhyNot(client, client.Link) is { } problem)
            {
                return problem;
            }
        }

        foreach (var document in world.Documents)
        {
            if (WhyNot(document) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private string? WhyNot(Client client, Link link) =>
        link.IsDead ? $"{client.Name} does not notice that its node is dead."
        : client.Of.Ledger.Life.IsDeleted ? $"{client.Name} has a document open that was deleted."
        : !client.IsSynced || link.Outstanding > 0 ? $"{client.Name} is not answered."
        : !Agrees(client.Of, client.Document)
            ? $"{client.Name} has another document than others, {Difference(client.Of, client.Document)}."
        : null;

    private string? WhyNot(SimulatedDocument document)
    {
        var ledger = document.Ledger;
        foreach (var node in world.Nodes)
        {
            if (node.SessionOf(document.Name) is not { } session
                || session.Stage is SessionStage.Loading or SessionStage.Closed)
            {
                continue;
            }

            if (ledger.Life.IsDeleted)
            {
                return $"{node.Process.Name} has a session of a document that was deleted.";
            }

            if (ledger.LifeIn(Inside.PositionOf(session).Epoch) != ledger.Life)
            {
                return $"{node.Process.Name} has a session of the document as it was before it was deleted.";
            }

            if (session.Stage == SessionStage.Live
                && !world.Locators.Holders(document.Name).Contains(node.Address))
            {
                return $"{node.Process.Name} has a session and is not in the locator.";
            }

            if (!Agrees(document, Inside.DocumentOf(session)))
            {
                return $"The session of {node.Process.Name} has another document than others, "
                    + $"{Difference(document, Inside.DocumentOf(session))}.";
            }
        }

        return agreed.TryGetValue(document, out var all)
            && !Updates.Contains(world.Updates.DocumentOf(all), ledger.MustKeep.EncodeState())
            ? "What was acknowledged or seen is missing from what all agree on: "
                + $"{Difference(document, ledger.MustKeep)}."
            : null;
    }

    private bool Agrees(SimulatedDocument document, IContent one)
    {
        var state = one.EncodeState();
        agreed.TryAdd(document, state);
        return state.AsSpan().SequenceEqual(agreed[document]);
    }

    private string Difference(SimulatedDocument document, IContent one)
    {
        var all = agreed[document];
        var others = world.Updates.DocumentOf(all);
        _ = others.TryGetNews(one.EncodeState(), out var more, out _, isAccepted: true);
        _ = one.TryGetNews(all, out var less, out _, isAccepted: true);
        if (more.IsEmpty && less.IsEmpty)
        {
            return $"{Convert.ToHexString(one.EncodeState())} and {Convert.ToHexString(all)} "
                + "for the same document";
        }

        return $"{Convert.ToHexString(more.Span)} more and {Convert.ToHexString(less.Span)} less";
    }
}
