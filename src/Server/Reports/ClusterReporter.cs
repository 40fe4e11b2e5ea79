using System.Text.Json;
using Relay.Backplane;
using Relay.DocLocator;

namespace Relay.Reports;

/// <summary>Says how all nodes do: this one as it is, the others as they said last. Thread-safe.</summary>
internal sealed class ClusterReporter(NodeReporter own, INodeReports reports, NodeIdentity node, TimeProvider time)
{
    /// <summary>
    /// How long the other nodes' reports may take; a dashboard shows this node in time also when Redis stands still.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    public async ValueTask<ClusterReport> ReadAsync(CancellationToken cancellation)
    {
        var others = await TryListAsync(cancellation);
        NodeReport[] nodes = [own.Take(),
            .. (others ?? []).Select(Read).OfType<NodeReport>()
            .Where(report => report.Incarnation != node.Incarnation)];
        return new ClusterReport(
            [.. nodes.OrderBy(report => report.StartedAt).ThenBy(report => report.Incarnation, StringComparer.Ordinal)],
            others is not null);
    }

    private async ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>?> TryListAsync(CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(Patience, time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            return await reports.ListAsync(patience.Token);
        }
        catch (Exception exception) when (exception is BackplaneUnavailableException
            || (exception is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return null;
        }
    }

    /// <summary>Null for a report of another version that this one does not read.</summary>
    private static NodeReport? Read(ReadOnlyMemory<byte> report)
    {
        try
        {
            return JsonSerializer.Deserialize(report.Span, ReportFormat.Default.NodeReport);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
