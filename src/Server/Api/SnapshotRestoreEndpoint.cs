using Microsoft.AspNetCore.Http.HttpResults;
using Relay.Access;
using Relay.Api.Answers;
using Relay.Api.Filters;
using Relay.Logging;
using Relay.Problems;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Api;

/// <summary>
/// <c>POST /api/documents/{document}/snapshots/{id}/restore</c>: has the document show what it showed in a snapshot, by
/// an update that goes the way of all updates. What is written meanwhile stays.
/// </summary>
internal sealed partial class SnapshotRestoreEndpoint(
    StoredSnapshots snapshots,
    DocumentStates states,
    DocumentWriter writer,
    ILogger<SnapshotRestoreEndpoint> logger) : IDisposable
{
    /// <summary>
    /// A restore ends when it is in the log, so the next one of the same document begins with what this one has made.
    /// Those that wait hold no memory, and a document whose stores are slow delays no other.
    /// </summary>
    private readonly DocumentTurns turns = new();

    /// <summary>
    /// The calculation takes several times the memory of its document for a moment, and a processor. It waits for no
    /// store. One document has one at most, so a large one leaves a place to the others.
    /// </summary>
    private readonly SemaphoreSlim calculations = new(Math.Max(2, Environment.ProcessorCount));

    public async Task<Results<JsonHttpResult<RestoreAnswer>, ProblemHttpResult>> PostAsync(
        HttpContext context, string id, CancellationToken cancellation)
    {
        var call = ApiCall.Of(context);
        using var turn = await turns.TakeAsync(call.Document, cancellation);
        return await RestoreAsync(context, call.Document, call.Grant, id, cancellation);
    }

    public void Dispose() => calculations.Dispose();

    private async Task<Results<JsonHttpResult<RestoreAnswer>, ProblemHttpResult>> RestoreAsync(
        HttpContext context, DocumentName name, Grant grant, string id, CancellationToken cancellation)
    {
        var (snapshot, refusal) = await snapshots.ReadAsync(context, name, id, cancellation);
        if (snapshot is null)
        {
            return refusal!;
        }

        var (state, reason) = await states.ReadAsync(name, cancellation);
        if (reason != RefusalReason.None)
        {
            return DocumentRefusal.Of(context, reason);
        }

        var (update, error) = await ComputeAsync(state, snapshot.Update, cancellation);
        if (update is null)
        {
            return Problem.Of(context, StatusCodes.Status422UnprocessableEntity, error.ToString());
        }

        if (update.Length > 0 && await writer.WriteAsync(context, name, update, grant.UserId) is { } unwritten)
        {
            return unwritten;
        }

        LogRestored(logger, name, snapshot.Position, update.Length);
        return JsonAnswer.Of(context, new RestoreAnswer(update.Length > 0, update.Length));
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
