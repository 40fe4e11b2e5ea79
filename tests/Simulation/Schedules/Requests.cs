using Relay.Backplane;
using Relay.Persistence;
using Relay.Sessions;

namespace Relay.Simulation;

/// <summary>
/// People and programs that ask nodes for the document, or have it saved, while everything else happens: what was
/// acknowledged before such a request must be in its answer, whatever the node knew by then. Where the log itself may
/// be lost, only one node may have what it held, and no other node's answer is held to it.
/// </summary>
internal sealed class Requests(World world)
{
    /// <summary>Of its own, so that schedules without requests are what they were.</summary>
    private readonly SeededRandom random = new(world.Seed * 31);

    public void Act()
    {
        if (world.Seed % 2 == 0 || !random.Chance(0.3))
        {
            return;
        }

        var node = random.One(world.Nodes);
        if (!node.IsUp)
        {
            return;
        }

        // As it is sent; a node that stands still gets it later.
        var document = random.One(world.Documents);
        var life = document.Ledger.Life;
        var acknowledged = life.MustKeep.EncodeState();
        Action ask = random.Chance(0.6)
            ? () => Read(node, document, life, acknowledged)
            : () => Save(node, document, life, acknowledged);
        world.Agenda.Add(TimeSpan.Zero, node.Process, ask);
    }

    private void Read(Node node, SimulatedDocument document, Life life, byte[] acknowledged)
    {
        var process = node.Process;
        void Answered(byte[]? state)
        {
            // One that was deleted meanwhile is not there for the asker, or begins anew.
            if (document.Ledger.Life == life && !life.IsDeleted)
            {
                Check(process, state, acknowledged);
            }
        }

        if (!node.Sessions.TryRead(document.Name, (state, _) => Answered(state)))
        {
            ReadStored(node.Durable, document, Answered);
        }
    }

    /// <summary>What a node does that has no session of the document.</summary>
    private static async void ReadStored(DurableStateReader durable, SimulatedDocument document,
        Action<byte[]?> answered)
    {
        try
        {
            var stored = await durable.ReadAsync(document.Name, CancellationToken.None);
            answered(stored.Outcome == DurableOutcome.Read ? stored.Document.EncodeState() : null);
        }
        catch (Exception exception)
            when (exception is BackplaneUnavailableException or SnapshotStoreUnavailableException)
        {
            // It is refused.
        }
    }

    private void Check(Process process, byte[]? state, byte[] acknowledged)
    {
        if (state is null)
        {
            return;
        }

        if (world.Promise != Promise.AnyLog && !Updates.Contains(world.Updates.DocumentOf(state), acknowledged))
        {
            world.Fail($"{process.Name} answered a request without all that was acknowledged before it.");
        }
    }

    private void Save(Node node, SimulatedDocument document, Life life, byte[] acknowledged)
    {
        var process = node.Process;
        node.Sessions.Save(document.Name, again: random.Chance(0.3), (_, reason) =>
        {
            if (reason != RefusalReason.None || world.Promise == Promise.AnyLog
                || document.Ledger.WasDamaged || document.Ledger.Life != life || life.IsDeleted)
            {
                return;
            }

            if (!document.Snapshots.Readable.Any(one =>
                    Updates.Contains(world.Updates.DocumentOf(one.Update), acknowledged))
                && !Updates.Contains(world.Updates.DocumentOf(), acknowledged))
            {
                world.Fail($"{process.Name} says that it saved what was acknowledged, and no snapshot has it.");
            }
        });
    }
}
