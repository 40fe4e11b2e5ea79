using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>A backplane whose store checks its bytes itself, so that it knows of no damaged log.</summary>
public sealed class NoDamagedLogs : IDamagedLogs
{
    public ValueTask<SalvagedLog?> SalvageAsync(DocumentName document, CancellationToken cancellation) => default;

    public ValueTask<string?> SetAsideAsync(DocumentName document, LogEntry entry, CancellationToken cancellation) =>
        default;
}
