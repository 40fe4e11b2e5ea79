using System.Text.Json;
using Relay.Backplane;

namespace Relay.Reports;

/// <summary>
/// Whether all nodes know links, by their reports: a node of an older version, or without internal listener, hears
/// presence on channels only. Looks are one at a time; the answer is read on any thread.
/// </summary>
internal sealed class LinkedNodes(INodeReports reports)
{
    private readonly Dictionary<string, bool> known = [];
    private volatile bool areAll;

    /// <summary>Whether all do; false until the first look.</summary>
    public bool AreAll => areAll;

    /// <summary>
    /// Compares with the nodes that are there now, and reads the reports only when one of them is new.
    /// </summary>
    /// <exception cref="BackplaneUnavailableException">The reports cannot be read: the answer stays.</exception>
    public async ValueTask LookAsync(IReadOnlyList<string> listed, CancellationToken cancellation)
    {
        if (listed.Any(node => !known.ContainsKey(node)))
        {
            areAll = false;
            foreach (var bytes in await reports.ListAsync(cancellation))
            {
                if (Read(bytes.Span) is { } report)
                {
                    known[report.Incarnation] = report.KnowsLinks;
                }
            }
        }

        foreach (var node in known.Keys.Except(listed).ToList())
        {
            known.Remove(node);
        }

        areAll = listed.Count > 0 && listed.All(known.GetValueOrDefault);
    }

    private static NodeReport? Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, ReportFormat.Default.NodeReport);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
