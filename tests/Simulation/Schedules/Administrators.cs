using Relay.Backplane;
using Relay.Persistence;
using Relay.Sessions;

namespace Relay.Simulation;

/// <summary>
/// People who delete documents and create them again, through any node, while everything else happens. What is
/// promised: a deletion that is acknowledged stays, whatever fails; clients that have the document are told; and no
/// content from before it comes back unless a client writes it again.
/// </summary>
internal sealed class Administrators(World world)
{
    /// <summary>Of its own, so that schedules without deletions are what they were.</summary>
    private readonly SeededRandom random = new(world.Seed * 37);

    /// <summary>After that an administrator closes the connection.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<Process> asked = [];

    /// <summary>Whether some node has not answered yet, and still can.</summary>
    public bool IsWaiting => asked.Exists(process => !process.IsDead);

    public void Act()
    {
        if (!world.HasDeletions || !random.Chance(0.04))
        {
            return;
        }

        TryChange(random.One(world.Documents), random.One(world.Nodes));
    }

    /// <summary>
    /// Has a node delete the document, or create the deleted one, unless another change is waited for.
    /// </summary>
    public void TryChange(SimulatedDocument document, Node node)
    {
        if (!node.IsUp || IsWaiting)
        {
            return;
        }

        if (!document.Ledger.Life.IsDeleted)
        {
            Ask(node, document, deletes: true);
        }
        else if (MayCreate(document))
        {
            Ask(node, document, deletes: false);
        }
    }

    /// <summary>
    /// Whoever had the document before has closed it, and no session is about to take up what such a client had said.
    /// </summary>
    private bool MayCreate(SimulatedDocument document)
    {
        foreach (var client in world.Clients.Where(client => client.Of == document))
        {
            client.Disconnect(clean: true, forGood: true);
        }

        return !world.Nodes.Any(n => n.IsUp && n.SessionOf(document.Name) is { Stage: SessionStage.Loading });
    }

    private void Ask(Node node, SimulatedDocument document, bool deletes)
    {
        world.Trace($"an administrator asks {node.Process.Name} to {(deletes ? "delete" : "create")} {document.Name}");
        var (process, life) = (node.Process, node.Life);
        asked.Add(process);
        world.Agenda.Add(TimeSpan.Zero, process, () => AskAsync(process, life, document, deletes));
    }

    private async void AskAsync(Process process, DocumentLife life, SimulatedDocument document, bool deletes)
    {
        var before = document.Ledger.Life;
        using var patience = new CancellationTokenSource(Patience, new ProcessTime(world.Agenda, process));
        try
        {
            var outcome = deletes
                ? await life.DeleteAsync(document.Name, patience.Token)
                : await life.CreateAsync(document.Name, patience.Token);
            world.Trace($"{process.Name} answers the administrator: {outcome}");
            if (outcome == LifeOutcome.Done)
            {
                CheckDone(process, document, deletes, before);
            }
        }
        catch (Exception exception)
            when (exception is BackplaneUnavailableException or SnapshotStoreUnavailableException
                or OperationCanceledException)
        {
            // Whether it is done is not known.
            world.Trace($"{process.Name} answers the administrator: {exception.Message}");
        }

        asked.Remove(process);
    }

    private void CheckDone(Process process, SimulatedDocument document, bool deletes, Life before)
    {
        var life = document.Ledger.Life;
        if (deletes && life == before && !life.IsDeleted)
        {
            world.Fail($"{process.Name} says that it has deleted {document.Name}, and the log does not.");
        }
        else if (!document.Snapshots.HasAnyOf(life, SnapshotKind.Tombstone))
        {
            world.Fail($"{process.Name} says that it has changed {document.Name}, and no tombstone is stored.");
        }
        else if (!deletes && !document.Snapshots.HasAnyOf(life, SnapshotKind.State))
        {
            world.Fail($"{process.Name} says that it has created {document.Name}, and no snapshot says so.");
        }
    }
}
