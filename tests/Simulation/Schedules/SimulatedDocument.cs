using Relay.Backplane;
using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Simulation;

/// <summary>One document of the world: what is stored of it, and what must hold.</summary>
internal sealed class SimulatedDocument
{
    public SimulatedDocument(World world, string name)
    {
        Name = DocumentName.Create(name);
        Ledger = new Ledger(world.Promise, world.Updates);
        Snapshots = new Snapshots(world, Ledger);
        Redis = new Redis(world, Ledger, name)
        {
            WaitsForReplicas = world.Promise == Promise.ReplicatedLog,
            Channels = new Channels(world, Name, () => Redis!),
            Lag = TimeSpan.FromMilliseconds(world.Random.One([2, 20, 500])),
        };
        Redis.Jobs = new Jobs(world.Agenda, Name, Redis,
            new SaveJobOptions { OrphanedAfter = world.Settings.SaveInterval * 3 });
        Ledger.OnCreated = () =>
        {
            // Who opens it now has nothing of the document before.
            for (var i = 0; i < 2; i++)
            {
                world.ConnectLater(world.Add(this, hasPresence: false));
            }
        };
        Ledger.Redis = Redis;
        Ledger.Snapshots = Snapshots;
        Ledger.Sessions = () => world.Nodes.SelectMany(n => n.LiveSessions(Name)).Select(s => s.Document);
    }

    public DocumentName Name { get; }

    public Ledger Ledger { get; }

    public Snapshots Snapshots { get; }

    public Redis Redis { get; }

    /// <summary>
    /// Whether a deletion or a creation stands in the log alone: until a snapshot says it, too, nobody is told that it
    /// is done, and a log that is lost takes it along.
    /// </summary>
    public bool IsChanging => Ledger.Life is { Number: > 0 } life
        && !Snapshots.HasAnyOf(life, life.IsDeleted ? SnapshotKind.Tombstone : SnapshotKind.State);
}
