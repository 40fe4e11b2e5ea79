using System.Text.Json.Nodes;
using Relay.Access;
using Relay.Problems;
using Relay.Yjs;

namespace Relay.Api;

/// <summary>
/// <c>POST /api/documents/{document}/snapshots/{id}/restore</c>: has the document show what it showed in a snapshot, by
/// an update that goes the way of all updates. What is written meanwhile stays.
/// </summary>
internal sealed partial class SnapshotRestoreEndpoint(
    RequestGate gate, StoredSnapshots snapshots, DocumentStates states, DocumentWriter writer,
        ILogger<SnapshotRestoreEndpoint> logger) : IDisposable
{
    public const string Path = SnapshotsEndpoint.OnePath + "/restore";

    /// <summary>
    /// A restore ends when it is in the log, so the next one of the same document begins with what this one has made.
    /// Those that wait hold nothing, and a document whose stores are slow delays no other.
    /// </summary>
    private readonly DocumentTurns turns = new();

    /// <summary>
    /// The calculation takes several times the memory of its document for a moment, and a processor. It waits for no
    /// store. One document has one at most, so a large one leaves a place to the others.
    /// </summary>
    private readonly SemaphoreSlim calculations = new(Math.Max(2, Environment.ProcessorCount));

    public async Task PostAsync(HttpContext context)
    {
        if (await DocumentRequest.NameAsync(context, following: 3) is not { } name
            || await gate.IdentifyAsync(context, name, AccessLevel.Write) is not { } grant)
        {
            return;
        }

        using var turn = await turns.TakeAsync(name, context.RequestAborted);
        await RestoreAsync(context, name, grant);
    }

    public void Dispose() => calculations.Dispose();

    private async Task RestoreAsync(HttpContext context, DocumentName name, Grant grant)
    {
        if (await snapshots.ReadAsync(context, name) is not { } snapshot)
        {
            return;
        }

        var (state, reason) = await states.ReadAsync(name, context.RequestAborted);
        if (state is null)
        {
            await DocumentRequest.AnswerAsync(context, reason);
            return;
        }

        var (update, error) = await ComputeAsync(state, snapshot.Update, context.RequestAborted);
        if (update is null)
        {
            await Problem.AnswerAsync(context, StatusCodes.Status422UnprocessableEntity, error.ToString());
        }
        else if (update.Length == 0 || await writer.WriteAsync(context, name, update, grant.UserId))
        {
            LogRestored(logger, name, snapshot.Position, update.Length);
            await JsonAnswer.WriteAsync(context,
                new JsonObject { ["restored"] = update.Length > 0, ["bytes"] = update.Length });
        }
    }

    private async Task<(byte[]? Update, YjsError Error)> ComputeAsync(
        ReadOnlyMemory<byte> state, ReadOnlyMemory<byte> snapshot, CancellationToken cancellation)
    {
        await calculations.WaitAsync(cancellation);
        try
        {
            return await Task.Run(
                () => DocumentRestore.TryCompute(state, snapshot, out var update, out var error)
                    ? (update, error) : ((byte[]?)null, error),
                cancellation);
        }
        finally
        {
            calculations.Release();
        }
    }

    [LoggerMessage(LogEvents.SnapshotRestored, LogLevel.Information,
        "{Document} was restored to its snapshot at {Position} by an update of {Bytes} bytes")]
    private static partial void LogRestored(ILogger logger, DocumentName document, Position position, int bytes);
}
