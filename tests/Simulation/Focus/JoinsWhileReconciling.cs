using Relay.Sessions;

namespace Relay.Simulation;

/// <summary>
/// Reconciles take long, because their node does not reach the snapshots. Meanwhile others write and save, the log is
/// lost or expires, and clients open the document on nodes that ask the reconciling one for it.
/// </summary>
internal sealed class JoinsWhileReconciling(World world, Faults faults)
{
    private const int MostClients = 24;

    /// <summary>Of its own, as every draw that other schedules do not make.</summary>
    private readonly SeededRandom random = new(world.Seed * 43);

    public void Act()
    {
        var document = random.One(world.Documents);
        var present = world.Nodes.Where(n => n is { IsUp: true, Process.IsPaused: false })
            .Select(n => (Node: n, Session: n.SessionOf(document.Name)))
            .Where(n => n.Session is { Stage: SessionStage.Live or SessionStage.Draining }).ToList();
        var reconciling = present.Find(n => Inside.IsReconciling(n.Session!));
        if (reconciling.Node is null)
        {
            if (present.Count > 1 && random.Chance(0.2))
            {
                // One that has read no log yet reconciles with the first entry.
                var slow = present.Find(n => Inside.PositionOf(n.Session!).IsNone);
                Provoke(document, slow.Node ?? random.One(present).Node);
            }

            return;
        }

        switch (random.Below(4))
        {
            case 0:
                Join(document);
                break;
            case 1:
                LoseLog(document);
                WriteElsewhere(document, reconciling.Node);
                break;
            case 2:
                WriteElsewhere(document, reconciling.Node);
                break;
        }
    }

    private void Provoke(SimulatedDocument document, Node node)
    {
        var process = node.Process;
        world.Trace($"{process.Name} does not reach the snapshots for a while");
        world.SnapshotService.CutOff(process);
        world.Agenda.Add(TimeSpan.FromMilliseconds(2_000 + random.Below(random.Chance(0.5) ? 8_000 : 90_000)), null,
            () => world.SnapshotService.Reconnect(process));
        LoseLog(document);
        WriteElsewhere(document, node);
    }

    private void LoseLog(SimulatedDocument document)
    {
        if (world.Promise == Promise.AnyNode || random.Chance(0.3))
        {
            faults.Expire(document);
        }
        else if (!faults.MayLoseLog(document))
        {
            return;
        }
        else if (world.Promise == Promise.AnyLog && random.Chance(0.5))
        {
            document.Redis.Flush();
        }
        else
        {
            document.Redis.FailOver(toAnyVersion: world.Promise == Promise.AnyLog);
        }
    }

    private void WriteElsewhere(SimulatedDocument document, Node node)
    {
        var writers = world.Clients.FindAll(c => c.Of == document && c.Link is { } link && !node.Links.Contains(link));
        if (writers.Count > 0)
        {
            random.One(writers).Write();
        }
    }

    /// <summary>A client opens the document on a node that does not have it.</summary>
    private void Join(SimulatedDocument document)
    {
        var without = world.Nodes.Where(n => n.IsReady && n.SessionOf(document.Name) is null).ToList();
        if (without.Count > 0 && world.Clients.Count < MostClients)
        {
            world.Add(document, hasPresence: false).Connect(random.One(without));
        }
    }
}
