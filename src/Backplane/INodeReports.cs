namespace Relay.Backplane;

/// <summary>
/// What the nodes that share this backplane say about themselves: each keeps one report, which ends by itself if it is
/// not stored again. Thread-safe. A report that was stored is listed by every node at once; the
/// reports of different nodes are in no order.
/// </summary>
public interface INodeReports
{
    /// <summary>Puts a node's report in the place of its last one.</summary>
    /// <param name="node">Which start of which node, in ASCII letters and digits.</param>
    /// <param name="report">Bytes that this seam does not look at, some tens of KiB at the most.</param>
    /// <param name="lifetime">How long it is listed if it is not stored again.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="BackplaneUnavailableException">The backplane cannot be reached; whether others see the report
    /// is unknown.</exception>
    ValueTask StoreAsync(string node, ReadOnlyMemory<byte> report, TimeSpan lifetime, CancellationToken cancellation);

    /// <summary>Takes a node's report away. Without a report, no effect.</summary>
    /// <exception cref="BackplaneUnavailableException">The backplane cannot be reached; the report ends by
    /// itself.</exception>
    ValueTask RemoveAsync(string node, CancellationToken cancellation);

    /// <summary>The reports that have not ended, in no order.</summary>
    /// <exception cref="BackplaneUnavailableException">The backplane cannot be reached.</exception>
    ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> ListAsync(CancellationToken cancellation);

    /// <summary>The nodes whose reports have not ended, in no order; cheaper than <see cref="ListAsync"/>.</summary>
    /// <exception cref="BackplaneUnavailableException">The backplane cannot be reached.</exception>
    ValueTask<IReadOnlyList<string>> ListNodesAsync(CancellationToken cancellation);
}
