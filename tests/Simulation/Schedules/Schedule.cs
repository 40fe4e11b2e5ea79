namespace Relay.Simulation;

/// <summary>One seed, from the first node's start to the last session's end.</summary>
internal sealed class Schedule
{
    private const int MostSteps = 400_000;
    private const int MostReconciles = 400;

    private readonly World world;
    private readonly Faults faults;
    private readonly Requests requests;
    private readonly Administrators administrators;
    private readonly Rest rest;
    private readonly Action? focus;

    private Schedule(World world)
    {
        this.world = world;
        faults = new Faults(world);
        requests = new Requests(world);
        administrators = new Administrators(world);
        rest = new Rest(world, administrators);
        focus = world.Focus switch
        {
            FocusKind.Failovers => new Failovers(world, faults).Act,
            FocusKind.Joins => new JoinsWhileReconciling(world, faults).Act,
            FocusKind.Deletions => new DeletionsBehindBacks(world, administrators).Act,
            _ => null,
        };
    }

    /// <summary>
    /// Plays a seed; what fails it says in which sentence, without changing what happens when it is traced.
    /// </summary>
    public static Outcome Play(ulong seed, bool isTracing = false)
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        var world = new World(seed, isTracing);
        string? failure = null;
        try
        {
            new Schedule(world).Run();
        }
        catch (ScheduleFailedException exception)
        {
            failure = exception.Message;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }

        return new Outcome(seed, world.Promise, failure, world.Agenda.Steps, world.Agenda.Fingerprint,
            world.TraceLines);
    }

    private void Run()
    {
        foreach (var node in world.Nodes)
        {
            node.Start();
        }

        foreach (var client in world.Clients)
        {
            world.ConnectLater(client);
        }

        var actions = 20 + world.Random.Below(100);
        for (var i = 0; i < actions; i++)
        {
            Pass(Pause());
            faults.Act();
            requests.Act();
            administrators.Act();
            world.Upgrade?.Act();
            world.Network?.Act();
            focus?.Invoke();
        }

        faults.Heal();
        rest.Check(Pass);
    }

    /// <summary>Mostly moments, sometimes as long as it takes to save and to leave.</summary>
    private TimeSpan Pause() =>
        TimeSpan.FromMilliseconds(
            world.Random.Below(world.Random.Chance(0.08) ? 70_000 : world.Random.Chance(0.3) ? 3_000 : 120));

    private void Pass(TimeSpan time)
    {
        world.Agenda.Run(time);
        if (world.Agenda.Steps > MostSteps * world.Documents.Count
            || world.Reconciles > MostReconciles * world.Documents.Count)
        {
            throw new ScheduleFailedException(
                $"The world does not come to rest: {world.Agenda.Steps} steps, {world.Reconciles} reconciles. Lately: "
                    + $"{world.Motion}.");
        }
    }
}
