namespace Relay.Simulation;

/// <summary>
/// Clients of several nodes write at the same moment, the log loses its end while these appends are in flight, and
/// others write on and come at once: so that what is repeated meets other entries where it may have been before, and
/// what builds on lost entries is logged before they are logged again.
/// </summary>
internal sealed class Failovers(World world, Faults faults)
{
    private const int MostClients = 60;

    /// <summary>Of its own, as every draw that other schedules do not make.</summary>
    private readonly SeededRandom random = new(world.Seed * 43);

    public void Act()
    {
        if (!random.Chance(0.35))
        {
            return;
        }

        var document = random.One(world.Documents);
        WriteSoon(document, 1 + random.Below(4), within: 4_000);
        var loss = Within(8_000);
        if (random.Chance(0.4))
        {
            loss += DeleteSoon(document);
        }

        world.AddFault(loss, () =>
        {
            if (faults.MayLoseLog(document))
            {
                document.Redis.FailOver(toAnyVersion: world.Promise == Promise.AnyLog);
                WriteSoon(document, random.Below(4), within: 20_000);
                JoinSoon(document);
            }
        });
    }

    private List<Client> ConnectedTo(SimulatedDocument document) =>
        world.Clients.FindAll(client => client.Of == document && client.Link is not null);

    private void WriteSoon(SimulatedDocument document, int count, int within)
    {
        var writers = ConnectedTo(document);
        for (var i = 0; i < count && writers.Count > 0; i++)
        {
            var writer = random.One(writers);
            world.AddFault(Within(within), writer.Write);
        }
    }

    /// <summary>
    /// A client writes, and another one deletes that as soon as he sees it; returns when that is on its way.
    /// </summary>
    private TimeSpan DeleteSoon(SimulatedDocument document)
    {
        var (shown, deleted) = (Within(25_000), TimeSpan.Zero);
        if (ConnectedTo(document) is { Count: > 1 } clients)
        {
            var (writer, deleter) = (random.One(clients), random.One(clients));
            world.AddFault(TimeSpan.Zero, writer.Write);
            world.AddFault(shown, () => deleter.DeleteLast(writer));
            deleted = shown;
        }

        return deleted;
    }

    /// <summary>A client comes, while a node perhaps does not get on with reconciling.</summary>
    private void JoinSoon(SimulatedDocument document)
    {
        if (random.Chance(0.5))
        {
            var process = random.One(world.Nodes).Process;
            world.SnapshotService.CutOff(process);
            world.AddFault(Within(1_500_000), () => world.SnapshotService.Reconnect(process));
        }

        if (world.Clients.Count < MostClients)
        {
            var newcomer = world.Add(document, hasPresence: false);
            world.AddFault(Within(random.One([30_000, 300_000])), () => JoinWhereItIsNot(newcomer));
            if (random.Chance(0.7))
            {
                world.AddFault(Within(10_000_000), () => newcomer.Disconnect(clean: true, forGood: true));
            }
        }
    }

    /// <summary>Where there is no session yet, the document is put together from the log as it is now.</summary>
    private void JoinWhereItIsNot(Client client)
    {
        var ready = world.Nodes.Where(n => n.IsReady).ToList();
        var without = ready.FindAll(n => n.SessionOf(client.Of.Name) is null);
        if (ready.Count > 0)
        {
            client.Connect(random.One(without.Count > 0 ? without : ready));
        }
    }

    private TimeSpan Within(int microseconds) => TimeSpan.FromMicroseconds(random.Below(microseconds));
}
