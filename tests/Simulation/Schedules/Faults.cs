namespace Relay.Simulation;

/// <summary>What clients do and what goes wrong, within the schedule's promise.</summary>
internal sealed class Faults(World world)
{
    private readonly SeededRandom random = world.Random;

    // Which of the larger faults this schedule has at all.
    private readonly bool hasKills = world.Random.Chance(0.5);
    private readonly bool hasPauses = world.Random.Chance(0.4);
    private readonly bool hasStops = world.Random.Chance(0.4);
    private readonly bool hasOutages = world.Random.Chance(0.5);
    private readonly bool hasLosses = world.Random.Chance(0.7);
    private readonly bool hasExpiry = world.Random.Chance(0.2);
    private readonly bool hasDamage = world.Random.Chance(0.2);
    private readonly bool hasLeavers = world.Random.Chance(0.4);

    public void Act()
    {
        switch (random.Below(20))
        {
            case < 10:
                random.One(world.Clients).Write();
                break;
            case 10:
                var deleter = random.One(world.Clients);
                deleter.Delete(random.One(world.Clients.FindAll(client => client.Of == deleter.Of)));
                break;
            case 11 or 12:
                ComeOrGo();
                break;
            case 13 when hasKills:
                KillOrStart();
                break;
            case 14 when hasPauses:
                PauseOrResume();
                break;
            case 15 when hasStops:
                Stop();
                break;
            case 16 when hasOutages:
                Outage();
                break;
            case 17 when hasLosses:
                LoseLog();
                break;
            case 18 when hasExpiry:
                Expire(random.One(world.Documents));
                break;
            case 19 when hasDamage && world.Promise != Promise.AnyLog:
                Damage(random.One(world.Documents));
                break;
            default:
                random.One(world.Clients).Write();
                break;
        }

        // Nodes that are down come back sooner or later.
        if (random.Chance(0.1) && world.Nodes.FirstOrDefault(n => !n.IsUp) is { } down)
        {
            down.Start();
        }
    }

    /// <summary>Everything works from now on.</summary>
    public void Heal()
    {
        world.Trace("everything works from now on");
        world.Weather.Clear();
        world.Network?.Clear();
        world.NodesReturn = true;
        foreach (var service in (ReadOnlySpan<Service>)[world.RedisService, world.SnapshotService,
            world.Locators.Service])
        {
            service.Heal();
        }

        world.Interrupt();
        foreach (var node in world.Nodes)
        {
            if (!node.IsUp)
            {
                node.Start();
            }
            else if (node.Process.IsPaused)
            {
                node.Resume();
            }
        }

        world.Upgrade?.Finish();
    }

    private void ComeOrGo()
    {
        var client = random.One(world.Clients);
        if (client.Link is null)
        {
            if (!client.IsGone)
            {
                world.ConnectAnywhere(client);
            }

            return;
        }

        var forGood = hasLeavers && random.Chance(0.5);
        client.Disconnect(clean: random.Chance(0.5), forGood);
        if (forGood)
        {
            world.ConnectLater(world.Add(client.Of, client.HasPresence));
        }
        else if (random.Chance(0.7))
        {
            world.ConnectLater(client);
        }
    }

    private void KillOrStart()
    {
        var node = random.One(world.Nodes);
        if (!node.IsUp)
        {
            node.Start();
        }
        else if (world.Promise != Promise.AnyLog || IsSafeToKill(node))
        {
            node.Kill();
        }
    }

    /// <summary>
    /// Where the log may be lost, a node dies only when the others and the stores have all that it has said.
    /// </summary>
    private bool IsSafeToKill(Node node) => world.Documents.All(document =>
    {
        var kept = document.Ledger.MustKeep.EncodeState();
        return world.Nodes.Where(n => n != node).SelectMany(n => n.LiveSessions(document.Name))
                .Any(s => Updates.Contains(s.Document, kept))
            || Updates.Contains(world.Updates.DocumentOf([.. document.Snapshots.Readable.Select(s => s.Update)]), kept);
    });

    private void PauseOrResume()
    {
        var node = random.One(world.Nodes);
        if (!node.IsUp)
        {
            return;
        }

        if (node.Process.IsPaused)
        {
            node.Resume();
            return;
        }

        node.Pause();
        foreach (var link in node.Links)
        {
            link.GiveUpIfPaused();
        }
    }

    private void Stop()
    {
        var node = random.One(world.Nodes);
        if (node is { IsUp: true, IsReady: true })
        {
            node.Stop();
        }
    }

    private void Outage()
    {
        var service = random.One(
            [world.RedisService, world.RedisService, world.SnapshotService, world.Locators.Service]);
        var time = TimeSpan.FromMilliseconds(random.Below(random.Chance(0.3) ? 60_000 : 3_000));
        var node = random.One(world.Nodes);
        if (random.Chance(0.5))
        {
            world.Trace($"{service.Name}: away for {time.TotalSeconds:0.0} s");
            service.IsDown = true;
            world.Agenda.Add(time, null, () =>
            {
                service.IsDown = false;
                world.Interrupt();
            });
        }
        else
        {
            var process = node.Process;
            world.Trace($"{service.Name}: not reached by {process.Name} for {time.TotalSeconds:0.0} s");
            service.CutOff(process);
            world.Agenda.Add(time, null, () =>
            {
                service.Reconnect(process);
                world.Interrupt(process);
            });
        }
    }

    /// <summary>
    /// Whether some node holds the document, with all that was said of it; or nobody has anything to do with it, and it
    /// is saved.
    /// </summary>
    private bool IsHeld(SimulatedDocument document) =>
        (world.Nodes.All(n => !n.IsUp || n.Sessions.Count == 0) && !document.Redis.IsUnsaved)
        || world.Nodes.Any(n => n.LiveSessions(document.Name)
            .Any(s => Updates.Contains(s.Document, document.Ledger.MustKeep.EncodeState())));

    private void Damage(SimulatedDocument document)
    {
        // No mended tombstone is promised.
        if (!document.Ledger.WasDamaged && document.Ledger.Life.Number == 0 && !world.HasDeletions)
        {
            document.Ledger.WasDamaged = document.Redis.Log is not null && document.Snapshots.Damage();
        }
    }

    /// <summary>The log expires, if it has been covered for long, and no snapshot that covers it is damaged.</summary>
    public void Expire(SimulatedDocument document)
    {
        if (!hasDamage)
        {
            document.Redis.ExpireIfQuiet();
        }
    }

    /// <summary>Whether the log may be lost now, or its end, without costing an update.</summary>
    public bool MayLoseLog(SimulatedDocument document) => !document.IsChanging
        && (world.Promise == Promise.ReplicatedLog || (world.Promise == Promise.AnyLog && IsHeld(document)));

    private void LoseLog()
    {
        var document = random.One(world.Documents);
        var redis = document.Redis;
        if (world.Promise == Promise.AnyNode && !document.IsChanging)
        {
            redis.Channels.Interrupt();
        }
        else if (!MayLoseLog(document))
        {
            return;
        }
        else if (world.Promise == Promise.AnyLog && random.Chance(0.5))
        {
            redis.Flush();
        }
        else
        {
            redis.FailOver(toAnyVersion: world.Promise == Promise.AnyLog);
        }
    }
}
