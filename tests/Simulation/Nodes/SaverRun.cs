using Relay.Startup;

namespace Relay.Simulation;

/// <summary>
/// A node's saver of orphaned documents while it runs. The host starts it on another thread, and a schedule has only
/// one: so its rounds are run here.
/// </summary>
internal sealed class SaverRun(OrphanedDocumentSaver saver)
{
    private readonly CancellationTokenSource stopping = new();
    private Task running = Task.CompletedTask;

    public void Start()
    {
        if (!stopping.IsCancellationRequested)
        {
            running = saver.RunAsync(stopping.Token);
        }
    }

    /// <summary>Stops it, before the node leaves its documents.</summary>
    public async Task StopAsync()
    {
        // On this thread: all that waits for it goes on as steps of the schedule.
        stopping.Cancel();
        try
        {
            await running;
        }
        catch (OperationCanceledException)
        {
        }
    }
}
