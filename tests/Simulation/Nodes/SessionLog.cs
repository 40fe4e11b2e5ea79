using Microsoft.Extensions.Logging;
using Relay.Sessions;
using Relay.Startup;
using Relay.Yjs;

namespace Relay.Simulation;

/// <summary>What sessions report: a session that failed ends the schedule, and reconciles are counted.</summary>
internal sealed class SessionLog(World world, Process process, string address)
    : ILogger<DocumentSession>, ILogger<DurableStateReader>, ILogger<OrphanedDocumentSaver>
{
    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (world.IsTracing)
        {
            world.Trace(
                $"{process.Name}: {formatter(state, exception)}{(exception is null ? "" : $" ({exception.Message})")}");
        }

        switch (eventId.Id)
        {
            case SessionEventId.Reconciling:
                world.Reconciles++;
                world.Motion.Note(process, "reconcile");
                break;
            case SessionEventId.LeaveFailed:
                world.Locators.LeftBehind.Add((NameIn(state), address));
                break;
            case SessionEventId.SessionFailed:
                world.Fail($"A session of {process.Name} failed: {exception}");
                break;
        }
    }

    private static DocumentName NameIn<TState>(TState state) =>
        (DocumentName)((IReadOnlyList<KeyValuePair<string, object?>>)state!).First(v => v.Key == "Document").Value!;
}
