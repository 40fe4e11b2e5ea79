namespace Relay.Simulation;

/// <summary>
/// A node does not reach the log, and its clients go on among themselves. Meanwhile the document is deleted and created
/// again through another node, and that node's new session asks the first one for it.
/// </summary>
internal sealed class DeletionsBehindBacks(World world, Administrators administrators)
{
    /// <summary>Longer than a node waits before it shows what is not logged.</summary>
    private static readonly TimeSpan UntilShown = TimeSpan.FromSeconds(2);

    /// <summary>Of its own, as every draw that other schedules do not make.</summary>
    private readonly SeededRandom random = new(world.Seed * 43);

    private TimeSpan busyUntil;

    public void Act()
    {
        var document = random.One(world.Documents);
        if (world.Agenda.Now < busyUntil || !random.Chance(0.15) || document.Ledger.Life.IsDeleted)
        {
            return;
        }

        var holders = world.Nodes.Where(n => n.IsReady && n.SessionOf(document.Name) is not null).ToList();
        if (holders.Count == 0)
        {
            return;
        }

        var node = random.One(holders);
        var others = world.Nodes.Where(n => n != node && n.IsReady).ToList();
        if (others.Count > 0)
        {
            CutOff(document, node, random.One(others));
        }
    }

    private void CutOff(SimulatedDocument document, Node node, Node other)
    {
        var process = node.Process;
        var time = TimeSpan.FromMilliseconds(6_000 + random.Below(30_000));
        busyUntil = world.Agenda.Now + time;
        world.Trace($"Redis: not reached by {process.Name} for {time.TotalSeconds:0.0} s");
        world.RedisService.CutOff(process);
        world.Agenda.Add(time, null, () =>
        {
            world.RedisService.Reconnect(process);
            world.Interrupt(process);
        });

        // Alone, so that what is not logged builds on no logged update.
        foreach (var client in world.Clients.Where(c => c.Of == document && c.Link is { } l && node.Links.Contains(l)))
        {
            client.Disconnect(clean: true, forGood: false);
            world.ConnectLater(client);
        }

        var writer = world.Add(document, hasPresence: false);
        writer.Connect(node);
        world.AddFault(Within(200), writer.Write);
        var deletion = UntilShown + Within(2_000);
        world.AddFault(deletion, () => Change(document, other, isDeleted: false));
        world.AddFault(deletion + Within(2_000), () => Change(document, other, isDeleted: true));
    }

    private void Change(SimulatedDocument document, Node node, bool isDeleted)
    {
        if (document.Ledger.Life.IsDeleted == isDeleted)
        {
            administrators.TryChange(document, node);
        }
    }

    private TimeSpan Within(int milliseconds) => TimeSpan.FromMilliseconds(random.Below(milliseconds));
}
