namespace Relay.Simulation;

/// <summary>
/// What must be true once everything works again: all agree, newcomers see the same, nothing is left behind when
/// everybody has gone, and what is stored is what was written.
/// </summary>
internal sealed class Rest(World world, Administrators administrators)
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(8);

    /// <summary>
    /// What a quiet node may do in a second, for itself and for each document: heartbeats, looking for orphaned
    /// documents, who is there.
    /// </summary>
    private const double StepsPerSecond = 1;

    private readonly Agreement agreement = new(world);

    public void Check(Action<TimeSpan> pass)
    {
        // Where clients do not come back, none repeats what a node should have kept.
        world.ClientsReturn = world.Random.Chance(0.7);
        foreach (var client in world.Clients.Where(c => c is { Link: null, IsGone: false } && world.ClientsReturn))
        {
            world.ConnectLater(client);
        }

        Wait(pass, () => administrators.IsWaiting ? "An administrator is not answered." : null);
        Wait(pass, agreement.WhyNot);
        world.Trace("all agree");
        if (world.Random.Chance(0.7))
        {
            foreach (var node in world.Nodes)
            {
                foreach (var document in world.Documents)
                {
                    world.Add(document, hasPresence: false).Connect(node);
                }
            }

            Wait(pass, agreement.WhyNot);
            world.Trace("newcomers agree");
        }

        foreach (var document in world.Documents)
        {
            CheckPresence(pass, document);
        }

        if (world.Network is { } network)
        {
            new LinkCheck(world, network).Run(pass);
        }

        Wait(pass, agreement.WhyNot);
        if (world.Random.Chance(0.3))
        {
            WaitForQuiet(pass, "when all agree");
            Wait(pass, agreement.WhyNot);
        }

        world.ClientsReturn = false;
        foreach (var client in world.Clients)
        {
            client.Disconnect(clean: world.Random.Chance(0.5), forGood: true);
        }

        Wait(pass, WhyNotGone, SessionsLeft);
        foreach (var document in world.Documents)
        {
            CheckStored(document);
        }

        WaitForQuiet(pass, "when all have gone");

        // An append that was given up may have come late, and is a job like any other.
        Wait(pass, WhyNotGone, SessionsLeft);
    }

    /// <summary>
    /// Sooner or later no node calls a service any more, but for what every node does all the time; and then it takes
    /// few steps for that.
    /// </summary>
    private void WaitForQuiet(Action<TimeSpan> pass, string when)
    {
        Wait(
            pass,
            () => world.Agenda.Now - world.Motion.LastAt < Motion.Window
                ? $"The world does not come to rest {when}: "
                : null,
            () => $"{world.Motion}.");
        var before = world.Agenda.Steps;
        pass(Motion.Window);
        var steps = world.Agenda.Steps - before;
        var hasLinks = world.Network is not null && world.Clients.Exists(c => c.Link is not null);
        if (!hasLinks && !world.Clients.Exists(c => c.HasPresence && c.Link is not null)
            && steps > Motion.Window.TotalSeconds * StepsPerSecond * world.Nodes.Count * (1 + world.Documents.Count))
        {
            throw new ScheduleFailedException($"Nodes that have nothing to do {when} take {steps} steps in "
                + $"{Motion.Window.TotalSeconds:0} s.");
        }

        world.Trace($"quiet {when}: {steps} steps in {Motion.Window.TotalSeconds:0} s");
    }

    /// <param name="pass">Passes time.</param>
    /// <param name="whyNot">What is still waited for; null when it has come.</param>
    /// <param name="details">What a failure says besides.</param>
    private static void Wait(Action<TimeSpan> pass, Func<string?> whyNot, Func<string>? details = null)
    {
        var waited = TimeSpan.Zero;
        for (; whyNot() is { } problem; waited += Step)
        {
            if (waited > Longest)
            {
                throw new ScheduleFailedException(problem + details?.Invoke());
            }

            pass(Step);
        }
    }

    /// <summary>Within 30 s after a client or its node has gone, no client is shown its presence.</summary>
    private void CheckPresence(Action<TimeSpan> pass, SimulatedDocument document)
    {
        var clients = world.Clients.FindAll(c => c.Of == document);
        if (!clients.Exists(c => c.HasPresence))
        {
            return;
        }

        if (world.Network is not null)
        {
            // Nodes hear that another one has ended. Its last clients may have connected elsewhere, and left.
            pass(TimeSpan.FromSeconds(14));
            CheckPresence(clients, mayLinger: client => client.LastNode is { IsDead: false });
        }

        pass(TimeSpan.FromSeconds(world.Network is null ? 35 : 21));
        CheckPresence(clients, mayLinger: _ => false);
    }

    /// <summary>All clients see all that are there, and no other one that must have gone by now.</summary>
    private static void CheckPresence(List<Client> clients, Func<Client, bool> mayLinger)
    {
        var there = clients.Where(c => c is { Link: not null, HasPresence: true }).Select(c => c.Id).ToHashSet();
        var lingering = clients.Where(mayLinger).Select(c => c.Id).Except(there).ToHashSet();
        foreach (var client in clients.Where(c => c.Link is not null))
        {
            var known = client.Presence.Where(p => p.Value.IsThere).Select(p => p.Key).ToHashSet();
            known.ExceptWith(lingering);
            if (!known.SetEquals(there))
            {
                throw new ScheduleFailedException(
                    $"{client.Name} sees {string.Join(", ", known.Order())}, and there are "
                        + $"{string.Join(", ", there.Order())}.");
            }
        }
    }

    private string? WhyNotGone()
    {
        foreach (var node in world.Nodes)
        {
            if (!node.IsUp)
            {
                return $"{node.Process.Name} is down.";
            }

            if (node.Sessions.Count > 0)
            {
                return $"{node.Process.Name} still has a session.";
            }

            if (world.Documents.Any(document => document.Redis.Channels.CountOf(node.Process) > 0))
            {
                return $"{node.Process.Name} is still subscribed.";
            }
        }

        foreach (var document in world.Documents)
        {
            var redis = document.Redis;
            if (redis.IsUnsaved)
            {
                return $"The log of {document.Name} up to {redis.Log!.End} is saved up to {redis.Log.Saved} "
                    + "only, and no node saves it.";
            }

            // A killed node stands there until its last heartbeat has expired; one that was not heard when it left
            // stays.
            var holders = world.Locators.Holders(document.Name)
                .Where(holder => !world.Locators.LeftBehind.Contains((document.Name, holder))).ToList();
            if (holders.Count > 0)
            {
                return $"The locator still names {string.Join(", ", holders)} for {document.Name}.";
            }
        }

        return null;
    }

    /// <summary>What is known of the first session that is left.</summary>
    private string SessionsLeft()
    {
        var left = world.Nodes.SelectMany(node => Inside.Of(node.Sessions)).FirstOrDefault();
        return left is null ? "" : $" Of {left.Name}: {Inside.Describe(left)}.";
    }

    private void CheckStored(SimulatedDocument document)
    {
        if (document.Ledger.Life.IsDeleted)
        {
            if (!document.Snapshots.HasAnyOf(document.Ledger.Life, Persistence.SnapshotKind.Tombstone))
            {
                throw new ScheduleFailedException($"The deletion of {document.Name} is not stored.");
            }

            return;
        }

        var stored = world.Updates.DocumentOf(
            [.. document.Snapshots.Readable.Select(s => s.Update), .. document.Redis.Log?.Updates ?? []]);
        if (!Updates.Contains(stored, document.Ledger.MustKeep.EncodeState()))
        {
            throw new ScheduleFailedException("What was acknowledged or seen is not stored.");
        }

        if (agreement.Of(document) is { } all && !Updates.Contains(stored, all))
        {
            throw new ScheduleFailedException("What is stored is not what all agreed on.");
        }
    }
}
