using System.Buffers;
using System.Text.Json;
using Relay.Background;
using Relay.Backplane;
using Relay.DocLocator;
using Relay.Health;

namespace Relay.Reports;

/// <summary>
/// Stores this node's report for the other nodes, several times within the lifetime of a report, and removes it when
/// the node has left all documents. A report that cannot be stored is not repeated: the next one is newer. Its calls
/// are also what this node knows of the state of Redis.
/// </summary>
internal sealed class ReportWriter(
    NodeReporter reporter,
    INodeReports reports,
    ServicesInUse services,
    NodeIdentity node,
    ReportWriterOptions options,
    TimeProvider time,
    ILogger<ReportWriter> logger) : PeriodicService(options.Interval, options.LongestRetry, time, logger)
{
    // Kept, so that an idle node hardly allocates.
    private readonly ArrayBufferWriter<byte> bytes = new();
    private readonly Utf8JsonWriter json = new(Stream.Null);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryAsync(patience => reports.RemoveAsync(node.Incarnation, patience), cancellationToken);
    }

    public override void Dispose()
    {
        json.Dispose();
        base.Dispose();
    }

    protected override async Task<TimeSpan> RunOnceAsync(CancellationToken stopping)
    {
        bytes.ResetWrittenCount();
        json.Reset(bytes);
        JsonSerializer.Serialize(json, reporter.Take(), ReportFormat.Default.NodeReport);
        await TryAsync(
            patience => reports.StoreAsync(node.Incarnation, bytes.WrittenMemory, options.Lifetime, patience),
            stopping);
        return options.Interval;
    }

    private async Task TryAsync(Func<CancellationToken, ValueTask> call, CancellationToken stopping)
    {
        using var deadline = new CancellationTokenSource(options.Patience, Time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stopping);
        try
        {
            await call(patience.Token);
            services.Log.Worked();
        }
        catch (Exception exception) when (exception is BackplaneUnavailableException
            || (exception is OperationCanceledException && !stopping.IsCancellationRequested))
        {
            services.Log.Failed();
        }
    }
}
